#!/usr/bin/env python3
"""Asks one agent service the same test image many times and prints the latencies as JSON.

    probe.py HOST:PORT BODY.json REQUESTS CONNECTIONS

REQUESTS go over one connection that stays open, then CONNECTIONS more over a new one each."""
import json
import socket
import sys
import time

WARM_UP = 5


def connect(address):
    s = socket.create_connection(address, timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def ask(s, request):
    """Sends one request; answers (status, body) once all of the reply is here."""
    s.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            raise OSError("the connection was closed within a reply")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += s.recv(65536)
    return int(head.split()[1]), body


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    address = (host, int(port))
    with open(sys.argv[2], "rb") as f:
        body = f.read()
    request = b"POST /v1/agent/act HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        sys.argv[1].encode(), len(body), body)
    kept, new, connects, replies, failed = [], [], [], set(), 0
    s = connect(address)
    for i in range(WARM_UP + int(sys.argv[3])):
        began = time.perf_counter()
        status, answer = ask(s, request)
        if i >= WARM_UP:
            kept.append((time.perf_counter() - began) * 1e3)
        failed += status != 200
        replies.add(json.loads(answer).get("reply", ""))
    s.close()
    for i in range(int(sys.argv[4])):
        began = time.perf_counter()
        s = connect(address)
        connects.append((time.perf_counter() - began) * 1e3)
        status, answer = ask(s, request)
        new.append((time.perf_counter() - began) * 1e3)
        failed += status != 200
        s.close()
    json.dump({"kept_ms": kept, "new_ms": new, "connect_ms": connects, "replies": sorted(replies), "failed": failed},
              sys.stdout)


if __name__ == "__main__":
    main()
