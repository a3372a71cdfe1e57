#!/bin/sh
# Runs within the booted root, as a service, and switches it off at the end. Every line of its output is a check.
exec >/var/log/booted.txt 2>/var/log/booted.log
set -x
systemctl is-system-running --wait >&2

# what command...
check() {
    what=$1
    shift
    if "$@" >&2; then echo "ok      $what"; else echo "FAILED  $what"; fi
}

# unit property value
shows() {
    [ "$(systemctl show -p "$2" --value "$1")" = "$3" ]
}

# seconds command...: until it succeeds
within() {
    left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.2
    done
}

round_done() {
    journalctl -u foedus-cloud -o cat | grep -q 'done, agent version'
}

# unit line of /proc/PID/status
confined() {
    grep -qx "$2" "/proc/$(systemctl show -p MainPID --value "$1")/status"
}

frozen() {
    kill -STOP "$(systemctl show -p MainPID --value "$1")"
    within 30 shows "$1" NRestarts 1 && within 30 shows "$1" ActiveState active
}

cloud=foedus-cloud.service edge=foedus-edge@edge-1.service other=foedus-edge@edge-2.service
check "booted: $cloud starts" systemctl enable --now "$cloud"
check "booted: two edges start" systemctl enable --now "$edge" "$other"
for unit in "$cloud" "$edge"; do
    check "booted: $unit has no capabilities" confined "$unit" 'CapBnd:.0*'
    check "booted: $unit may gain no privileges" confined "$unit" 'NoNewPrivs:.1'
    check "booted: $unit has a filter of system calls" confined "$unit" 'Seccomp:.2'
done
check "booted: a round is done within these bounds" within 90 round_done
for unit in "$cloud" "$edge"; do
    check "booted: systemctl reload $unit" systemctl reload "$unit"
    check "booted: and systemd knows that it was" within 30 shows "$unit" StatusText 'runs, configuration read again'
done

mkdir -p "/run/systemd/system/$other.d"
printf '[Service]\nWatchdogSec=2\n' >"/run/systemd/system/$other.d/watchdog.conf"
systemctl daemon-reload
systemctl restart "$other"
sleep 5
check "booted: the watchdog is content" shows "$other" NRestarts 0
check "booted: and restarts a process that stands still" frozen "$other"

before=$(systemctl show -p MainPID --value "$cloud")
rm -f /usr/sbin/policy-rc.d
apt-get install -y -qq --reinstall /debs/foedus-cloud_*.deb >&2
check "booted: another installation restarts what runs" systemctl is-active "$cloud"
check "booted: as a new process" test "$before" != "$(systemctl show -p MainPID --value "$cloud")"
check "booted: all stop" systemctl stop "$cloud" "$edge" "$other"
for unit in "$cloud" "$edge" "$other"; do
    check "booted: $unit ended with 0" shows "$unit" ExecMainStatus 0
done
journalctl -o cat -u 'foedus*' >&2
echo end
systemctl --no-block poweroff
