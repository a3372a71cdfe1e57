# Foedus. `make help` lists the targets. Everything that is made goes into build/.
#
#   make            the five programs
#   make check      every test; `make SAN=address,undefined check` under sanitizers
#   V=1             show the full command lines
#   CC=clang        another compiler; WERROR=1 makes warnings errors (CI does)

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
SAN     ?=
ARCH    := $(shell uname -m)

BUILD := build$(if $(SAN),/san)$(if $(filter clang%,$(notdir $(CC))),/clang)
GEN   := $(BUILD)/gen

# These two need no packages.
NO_BUILD := $(if $(MAKECMDGOALS),$(if $(filter-out help clean,$(MAKECMDGOALS)),,yes))

PKGS := libuv libprotobuf-c openssl sqlite3 openblas libmicrohttpd jansson libcurl zlib inih ipopt
# pkg-config is asked once a run; a missing package is named by it.
ifeq ($(NO_BUILD),)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed 's,-I/usr,-isystem /usr,g')
PKG_LIBS   := -Wl,--as-needed $(shell pkg-config --libs $(filter-out ipopt,$(PKGS))) -lipopt
ifneq ($(.SHELLSTATUS),0)
$(error a package is missing: run deploy/deps.sh)
endif
endif

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(CFLAGS) -fno-omit-frame-pointer -fstack-protector-strong -fPIE \
             -I. -I$(GEN) $(PKG_CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))
LIBS    := $(PKG_LIBS) -lm -lpthread

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

# --- what there is to build: found by wildcard, so a new file needs no edit here ---------------
PROTO_SRC := $(wildcard proto/*.proto)
PROTO_C   := $(PROTO_SRC:proto/%.proto=$(GEN)/proto/%.pb-c.c)
PROTO_H   := $(PROTO_C:.c=.h)
PROTO_OBJ := $(PROTO_C:.c=.o)

objs = $(patsubst %.c,$(BUILD)/%.o,$(1))
COMMON_SRC := $(wildcard common/*/*.c)
CLOUD_SRC  := $(filter-out cloud/lab/%,$(wildcard cloud/*/*.c))
EDGE_SRC   := $(wildcard edge/*/*.c)
SIM_SRC    := $(filter-out sim/main.c,$(wildcard sim/*.c))
SUPPORT_SRC := $(wildcard tests/support/*.c)

LIB_COMMON := $(BUILD)/libcommon.a
LIB_CLOUD  := $(BUILD)/libcloud.a
LIB_EDGE   := $(BUILD)/libedge.a
LIB_SIM    := $(BUILD)/libsim.a
LIB_SUPPORT := $(BUILD)/libsupport.a

PROGRAMS := $(if $(wildcard cloud/main.c),$(BUILD)/foedus-cloud) \
            $(if $(wildcard edge/main.c),$(BUILD)/foedus-edge) \
            $(if $(wildcard ctl/*.c),$(BUILD)/foedus) \
            $(if $(wildcard cloud/lab/*.c),$(BUILD)/edmsac) \
            $(if $(wildcard sim/main.c),$(BUILD)/foedus-sim)
UNIT_TESTS  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
INTEG_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/integration/test_*.c))
FUZZERS     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES     := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/bench_*.c))

.PHONY: all pages man check unit integration simcheck fuzz bench demo figures tidy install clean help \
        latency-demo netns-check container-check kubernetes-check dashboard-check policy deb package-check
.SECONDARY:
.DELETE_ON_ERROR:
all: $(PROGRAMS) pages

help:
	@sed -n 's/^#   //p' Makefile
	@echo 'targets: all man check unit integration simcheck fuzz bench demo latency-demo netns-check container-check kubernetes-check dashboard-check deb package-check figures tidy policy install clean'

# --- rules ------------------------------------------------------------------------------------
# SIMD kernels live in files named *_avx2.c and *_avx512.c, chosen at run time.
ifeq ($(ARCH),x86_64)
$(BUILD)/%_avx2.o:   SIMD := -mavx2 -mfma
$(BUILD)/%_avx512.o: SIMD := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma
endif

$(BUILD)/cloud/policy/shelf.o: SIMD := -DFOEDUS_SHARE='"$(PREFIX)/share/foedus"'

$(BUILD)/%.o: %.c Makefile | $(PROTO_H)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARN) $(SIMD) -MMD -MP -c -o $@ $<

$(GEN)/proto/%.pb-c.c $(GEN)/proto/%.pb-c.h &: proto/%.proto
	$(call say,PROTOC,$<)
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(GEN) $<

$(GEN)/proto/%.pb-c.o: $(GEN)/proto/%.pb-c.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -w -c -o $@ $<

# The folder itself too: a file that is gone must go from the program.
DASHBOARD := $(sort $(foreach x,html css js svg awk,$(wildcard dashboard/*.$(x))))
$(GEN)/dashboard_assets.c: dashboard/embed.sh dashboard $(DASHBOARD)
	$(call say,EMBED,dashboard)
	@mkdir -p $(@D)
	$(Q)sh dashboard/embed.sh dashboard >$@
$(GEN)/dashboard_assets.o: $(GEN)/dashboard_assets.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARN) -MMD -MP -c -o $@ $<

define archive
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^
endef
$(LIB_COMMON):  $(call objs,$(COMMON_SRC)) $(PROTO_OBJ) ; $(archive)
$(LIB_CLOUD):   $(call objs,$(CLOUD_SRC)) $(GEN)/dashboard_assets.o ; $(archive)
$(LIB_EDGE):    $(call objs,$(EDGE_SRC)) ; $(archive)
$(LIB_SIM):     $(call objs,$(SIM_SRC)) ; $(archive)
$(LIB_SUPPORT): $(call objs,$(SUPPORT_SRC)) ; $(archive)

define link
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) $(1)
endef
$(BUILD)/foedus-cloud: $(BUILD)/cloud/main.o $(LIB_CLOUD) $(LIB_COMMON) ; $(call link)
$(BUILD)/foedus-edge:  $(BUILD)/edge/main.o $(LIB_EDGE) $(LIB_COMMON) ; $(call link)
$(BUILD)/foedus:       $(call objs,$(wildcard ctl/*.c)) $(LIB_COMMON) ; $(call link)
$(BUILD)/edmsac:       $(call objs,$(wildcard cloud/lab/*.c)) $(LIB_CLOUD) $(LIB_COMMON) ; $(call link)
$(BUILD)/foedus-sim:   $(BUILD)/sim/main.o $(LIB_SIM) $(LIB_CLOUD) $(LIB_EDGE) $(LIB_COMMON) ; $(call link)

TEST_LIBS := $(LIB_SUPPORT) $(LIB_SIM) $(LIB_CLOUD) $(LIB_EDGE) $(LIB_COMMON)
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(TEST_LIBS) ; $(call link,$(CHECK_LIBS))
$(BUILD)/tests/integration/%: $(BUILD)/tests/integration/%.o $(TEST_LIBS) ; $(call link,$(CHECK_LIBS))
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(TEST_LIBS) ; $(call link)
$(BUILD)/bench/%: $(BUILD)/bench/%.o $(TEST_LIBS) ; $(call link)
CHECK_LIBS = $(shell pkg-config --libs check)

# --- what the programs' tables of options make: manual pages, sample configurations, completion ---
NAMES   := $(notdir $(PROGRAMS))
DAEMONS := $(filter foedus-cloud foedus-edge,$(NAMES))
MAN     := $(NAMES:%=$(BUILD)/man/%.1) $(DAEMONS:%=$(BUILD)/man/%.conf.5)
CONF    := $(DAEMONS:%=$(BUILD)/etc/%.conf)
SHELLS  := $(NAMES:%=$(BUILD)/completion/bash/%) $(NAMES:%=$(BUILD)/completion/zsh/_%)
man: $(MAN)
pages: $(MAN) $(CONF) $(SHELLS)
define page
	@mkdir -p $(@D)
	$(Q)$< --help=$(1) > $@
endef
$(BUILD)/man/%.1:           $(BUILD)/% ; $(call page,man)
$(BUILD)/man/%.conf.5:      $(BUILD)/% ; $(call page,man5)
$(BUILD)/etc/%.conf:        $(BUILD)/% ; $(call page,conf)
$(BUILD)/completion/bash/%: $(BUILD)/% ; $(call page,bash)
$(BUILD)/completion/zsh/_%: $(BUILD)/% ; $(call page,zsh)

# --- tests ------------------------------------------------------------------------------------
SIM_SEEDS ?= 1..300
check: all $(UNIT_TESTS) $(INTEG_TESTS) $(FUZZERS)
	$(Q)BUILD=$(BUILD) SIM_SEEDS=$(SIM_SEEDS) sh tests/run.sh all $(UNIT_TESTS) $(INTEG_TESTS)
unit: $(UNIT_TESTS)
	$(Q)BUILD=$(BUILD) sh tests/run.sh unit $(UNIT_TESTS)
integration: all $(INTEG_TESTS)
	$(Q)BUILD=$(BUILD) sh tests/run.sh integration $(INTEG_TESTS)
simcheck: all
	$(Q)BUILD=$(BUILD) SIM_SEEDS=$(SIM_SEEDS) sh tests/run.sh sim
fuzz: $(FUZZERS)
	$(Q)BUILD=$(BUILD) sh tests/run.sh fuzz

tidy: $(PROTO_H)
	$(Q)python3 tests/tidy.py --selftest
	$(Q)BUILD=$(BUILD) CFLAGS='$(ALL_CFLAGS)' python3 tests/tidy.py

bench: all $(BENCHES)
	$(Q)BUILD=$(BUILD) sh bench/run.sh

demo: all
	$(Q)$(BUILD)/foedus demo $(DEMO)

# --- several hosts: network namespaces (root), containers (root and a Docker engine) ------------
DELAY_LINK := $(BUILD)/tests/netns/delay_link
$(DELAY_LINK): $(BUILD)/tests/netns/delay_link.o $(LIB_COMMON) ; $(call link)
latency-demo: all $(DELAY_LINK)
	$(Q)BUILD=$(BUILD) python3 tests/netns/latency_demo.py $(LATENCY)
netns-check: all $(DELAY_LINK)
	$(Q)BUILD=$(BUILD) python3 tests/netns/check.py
container-check:
	$(Q)python3 tests/containers/check.py
kubernetes-check:
	$(Q)BUILD=$(BUILD) python3 tests/kubernetes/check.py

# The dashboard in a real browser; says so and passes where there is none.
dashboard-check: all
	$(Q)BUILD=$(BUILD) sh tests/dashboard/run.sh

# Debian packages, and a test that installs and runs them in a bare system (root).
deb:
	$(Q)mkdir -p $(BUILD) && MAKE='$(MAKE)' sh deploy/debian/build.sh $(BUILD)
package-check:
	$(Q)BUILD=$(BUILD) MAKE='$(MAKE)' python3 tests/packages/check.py

# The policies that the cloud ships with, trained from scratch: about 20 minutes on two cores.
policy: $(BUILD)/edmsac
	$(Q)sh deploy/policy.sh $(BUILD)

# The study of docs/edmsac.md; it goes on from what is finished. FIGURES='--short', say, for other options.
figures: $(BUILD)/edmsac
	$(Q)$(BUILD)/edmsac compare --out $(BUILD)/figures $(FIGURES)

SHARE      := $(DESTDIR)$(PREFIX)/share
# Debian's zsh looks elsewhere below /usr than below /usr/local.
ZSH_SHARE  := $(SHARE)/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
POLICY_DIR := $(SHARE)/foedus/policy
install: all
	$(Q)for p in $(PROGRAMS); do install -D -m 755 $$p $(DESTDIR)$(PREFIX)/bin/$$(basename $$p); done
	$(call say,INSTALL,$(DESTDIR)$(PREFIX)/bin)
	$(Q)install -d $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/doc/foedus/examples \
	    $(SHARE)/bash-completion/completions $(ZSH_SHARE)
	$(Q)install -m 644 $(filter %.1,$(MAN)) $(SHARE)/man/man1
	$(Q)install -m 644 $(filter %.5,$(MAN)) $(SHARE)/man/man5
	$(Q)install -m 644 $(CONF) $(SHARE)/doc/foedus/examples
	$(Q)install -m 644 $(filter $(BUILD)/completion/bash/%,$(SHELLS)) $(SHARE)/bash-completion/completions
	$(Q)install -m 644 $(filter $(BUILD)/completion/zsh/%,$(SHELLS)) $(ZSH_SHARE)
	$(call say,INSTALL,$(SHARE))
	$(Q)set -- $(BUILD)/policy/*.safetensors; if [ -f "$$1" ]; \
	then install -d $(POLICY_DIR) && install -m 644 "$$@" $(POLICY_DIR) && echo '  INSTALL $(POLICY_DIR)'; \
	else echo '  no learned policies yet: "make policy" trains them (half an hour), then install again'; fi

clean:
	$(Q)rm -rf build

ifeq ($(NO_BUILD),)
# Not of the packages' own build, nor of the bare system that they are tried in.
-include $(shell find $(BUILD) \( -path $(BUILD)/deb -o -path $(BUILD)/tests/packages \) -prune -o -type f -name '*.d' -print 2>/dev/null)
endif
