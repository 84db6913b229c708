# Builds engaged, engagectl, their tests and benchmarks. `make help` lists the targets.
MAKEFLAGS += --no-builtin-rules --no-print-directory
# As many jobs as there are processors, unless -j says otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

VARIANT ?= release# release, faults, asan, tsan, coverage or fuzz
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
SEEDS ?= 2000
FIRST ?= 1
WERROR ?= -Werror
JOBS ?= 2
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(subst gcc,g++,$(subst clang,clang++,$(CC)))
endif

# One short line a step; make V=1 shows the commands.
ifeq ($(V),)
step = @echo '  $1 $@';
endif

# ---- where things go -------------------------------------------------------------------
OUT := $(if $(filter release,$(VARIANT)),build,build/$(VARIANT))
OBJ := build/obj/$(VARIANT)
GEN := build/gen

# build/config.mk holds the flags of the libraries; tools/setup makes it, and is asked each
# time whether anything is missing.
ifneq ($(filter-out help clean distclean,$(or $(MAKECMDGOALS),all)),)
include build/config.mk
build/config.mk: FORCE
	@tools/setup build
endif

# ---- flags -----------------------------------------------------------------------------
IS_X86 := $(filter x86_64 amd64,$(shell uname -m))
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual \
	-Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef \
	-Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion
WARNINGS_GCC := -Wlogical-op -Wduplicated-cond
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection \
	$(if $(IS_X86),-fcf-protection)
SANITIZE := -fno-omit-frame-pointer -fno-sanitize-recover=all

# The release build carries all warnings; the others instrument the code, which misleads some.
FLAGS_release := -O2 -g $(HARDENING) $(WARNINGS) $(WARNINGS_GCC) $(WERROR)
# What the release does, with the failpoints of engine/base/failpoint.h in it.
FLAGS_faults := -O2 -g $(HARDENING) -Wall -Wextra -DFAILPOINTS
FLAGS_asan := -O1 -g -Wall -Wextra -DFAILPOINTS -DINVARIANT_ABORTS -fsanitize=address,undefined $(SANITIZE)
FLAGS_tsan := -O1 -g -Wall -Wextra -fsanitize=thread $(SANITIZE)
FLAGS_coverage := -O0 -g -Wall -Wextra --coverage
FLAGS_fuzz := -O1 -g -Wall -Wextra -DINVARIANT_ABORTS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function,vptr $(SANITIZE)
LINK_release := -Wl,-z,relro,-z,now
LINK_faults := -Wl,-z,relro,-z,now
LINK_asan := -fsanitize=address,undefined
LINK_tsan := -fsanitize=thread -Wl,-u,thrd_create
LINK_coverage := --coverage
LINK_fuzz := -fsanitize=fuzzer,address,undefined

# A sanitizer wants all of a program in one process.
TEST_ENV_asan := CK_FORK=no SIM_ORACLE_SEEDS=15 # the twin: 150 of its 500 worlds, at a fifth of the speed
TEST_ENV_tsan := CK_FORK=no TSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/tsan.supp

ALL_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -I. -fPIE -pthread \
	$(FLAGS_$(VARIANT)) $(YYJSON_CFLAGS) $(MSGPACK_CFLAGS) $(CFLAGS)
# Of the same variant, without the warnings that only C has.
ALL_CXXFLAGS := -std=c++17 -fno-exceptions -fno-rtti -I. -fPIE -pthread $(RE2_CFLAGS) $(CXXFLAGS) \
	$(filter-out -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition, \
	$(FLAGS_$(VARIANT)))
ALL_LDFLAGS := -pie -pthread -Wl,--as-needed $(LINK_$(VARIANT)) $(LDFLAGS)
EXTERNAL_LIBS = $(RDKAFKA_LIBS) $(MICROHTTPD_LIBS) $(EV_LIBS) $(LMDB_LIBS) $(YAML_LIBS) \
	$(YYJSON_LIBS) $(MSGPACK_LIBS) $(XXHASH_LIBS) $(RE2_LIBS) -lstdc++ -lm
CHECK_LIBS = $(shell pkg-config --libs check)
# Installed programs find a private yyjson beside themselves, built ones in build/.
ORIGIN := $$ORIGIN
RPATH_PROGRAM = $(if $(YYJSON_PRIVATE),-Wl$(COMMA)-rpath$(COMMA)'$(ORIGIN)/$(if $(filter-out release,$(VARIANT)),../)prefix/lib:$(ORIGIN)/../lib/engaged')
RPATH_TEST = $(if $(YYJSON_PRIVATE),-Wl$(COMMA)-rpath$(COMMA)$(CURDIR)/$(YYJSON_PRIVATE)/lib)
COMMA := ,

# ---- layers: read from the table that the lint checks too ------------------------------
LAYER_ROWS := $(shell sed -e 's/\#.*//' -e '/:/!d' -e 's/: */:/' -e 's/  */+/g' tools/lint/layers.txt)
$(foreach row,$(LAYER_ROWS),$(eval \
	MAY_$(firstword $(subst :, ,$(row))) := $(subst +, ,$(word 2,$(subst :, ,$(row))))))
LAYERS := $(filter-out tools tests,$(foreach row,$(LAYER_ROWS),$(firstword $(subst :, ,$(row)))))

CATALOG_YAML := $(sort $(wildcard config/catalog/*.yaml))
CATALOG_SRC := $(if $(CATALOG_YAML),$(GEN)/catalog_data.c)

# $(call sources_in,DIR): the .c and .cc files of a directory and of those below it
sources_in = $(sort $(wildcard $1/*.c) $(wildcard $1/*/*.c) $(wildcard $1/*/*.cc))
# $(call objects_of,SOURCES)
objects_of = $(patsubst %.cc,$(OBJ)/%.o,$(patsubst %.c,$(OBJ)/%.o,$1))
# $(call reverse,LIST)
reverse = $(if $1,$(call reverse,$(wordlist 2,$(words $1),$1)) $(firstword $1))
# $(call lib_of,LAYER)
lib_of = $(OUT)/lib/lib$(subst /,_,$1).a

$(foreach layer,$(LAYERS),$(eval \
	SRC_$(layer) := $(filter-out %/main.c,$(call sources_in,$(layer))) $(if $(filter config,$(layer)),$(CATALOG_SRC))))
LIVE_LAYERS := $(foreach layer,$(LAYERS),$(if $(strip $(SRC_$(layer))),$(layer)))
# $(call libs_for,LAYERS): their libraries, users before what they use
libs_for = $(foreach layer,$(call reverse,$(filter $1,$(LIVE_LAYERS))),$(call lib_of,$(layer)))

define layer_library
$(call lib_of,$1): $(call objects_of,$(SRC_$1))
endef
$(foreach layer,$(LIVE_LAYERS),$(eval $(call layer_library,$(layer))))

# ---- programs --------------------------------------------------------------------------
CTL_SRC := $(filter-out %/main.c,$(call sources_in,tools/engagectl))
CTL_LIB := $(if $(CTL_SRC),$(OUT)/lib/libtools_engagectl.a)
ifneq ($(CTL_LIB),)
$(CTL_LIB): $(call objects_of,$(CTL_SRC))
endif

PROGRAMS :=
ifneq ($(wildcard engine/run/main.c),)
PROGRAMS += $(OUT)/engaged
$(OUT)/engaged: $(OBJ)/engine/run/main.o $(call libs_for,$(LAYERS))
endif
ifneq ($(wildcard tools/engagectl/main.c),)
PROGRAMS += $(OUT)/engagectl
$(OUT)/engagectl: $(OBJ)/tools/engagectl/main.o $(CTL_LIB) $(call libs_for,$(MAY_tools))
endif
$(OUT)/engaged $(OUT)/engagectl:
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(RPATH_PROGRAM) -o $@.$$$$ $^ $(EXTERNAL_LIBS) && mv $@.$$$$ $@

BENCH_SRC := $(sort $(wildcard tools/bench/*.c))
BENCHES := $(BENCH_SRC:tools/bench/%.c=$(OUT)/bench/%)
BENCH_OBJ := $(call objects_of,$(sort $(wildcard tools/bench/*/*.c)))
$(BENCHES): $(OUT)/bench/%: $(OBJ)/tools/bench/%.o $(BENCH_OBJ) $(call libs_for,$(MAY_tools))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(RPATH_TEST) -o $@.$$$$ $^ $(EXTERNAL_LIBS) && mv $@.$$$$ $@

# ---- tests -----------------------------------------------------------------------------
# A test links its own layer and what that layer may use. A line `// links: LAYER...` in the
# test adds more.
# Of the simulator the parts that stand in for nothing: what is sent, and what must become of it.
SIM_PURE := $(sort $(wildcard $(addprefix tests/sim/,random.c text*.c workload*.c oracle*.c)))
SUPPORT_SRC := $(filter-out %/fuzz_main.c,$(call sources_in,tests/support)) $(call sources_in,tests/fakes) $(SIM_PURE)
SUPPORT_LIB := $(OUT)/lib/libtests_support.a
$(SUPPORT_LIB): $(call objects_of,$(SUPPORT_SRC))

TEST_SRC := $(shell [ ! -d tests ] || find tests -name 'test_*.c' | sort)
TESTS := $(TEST_SRC:%.c=$(OUT)/%)
# `// with: FILE...` adds sources, `// without: rdkafka` puts the simulated Kafka in librdkafka's place,
# `// wraps: FUNCTION...` lets the test's own __wrap_FUNCTION be called instead.
TEST_WITH := $(shell grep -rsH '^// with: ' tests --include='test_*.c' | sed -e 's,:// with: *, ,' -e 's/  */+/g')
TEST_WITHOUT_RDKAFKA := $(shell grep -rlsx '// without: rdkafka' tests --include='test_*.c')
SIM_KAFKA_OBJ := $(call objects_of,$(sort $(wildcard tests/sim/kafka_*.c)))
TEST_WRAPS := $(shell grep -rsH '^// wraps: ' tests --include='test_*.c' | sed -e 's,:// wraps: *, ,' -e 's/  */+/g')
TEST_EXTRA := $(shell grep -rsH '^// links: ' tests --include='test_*.c' | sed -e 's,:// links: *, ,' -e 's/  */+/g')
# $(call layer_of_test,FILE)
layer_of_test = $(firstword $(foreach layer,$(LAYERS) tools,$(if $(filter tests/$(layer)/%,$1),$(layer))))
# $(call extra_of_test,FILE)
extra_of_test = $(foreach row,$(TEST_EXTRA),$(if $(filter $1,$(firstword $(subst +, ,$(row)))),$(wordlist 2,99,$(subst +, ,$(row)))))
# $(call objects_of_test,FILE)
objects_of_test = $(if $(filter $1,$(TEST_WITHOUT_RDKAFKA)),$(SIM_KAFKA_OBJ)) \
	$(call objects_of,$(foreach row,$(TEST_WITH),$(if $(filter $1,$(firstword $(subst +, ,$(row)))),$(wordlist 2,99,$(subst +, ,$(row))))))
# $(call libs_of_test,FILE,LAYER)
libs_of_test = $(if $(filter tools,$2 $(call extra_of_test,$1)),$(CTL_LIB)) $(call libs_for,$(or $2 $(MAY_$2),$(LAYERS)) $(call extra_of_test,$1))

# Bombs are made and counted by files of their own, in the test and in the table of make bombs.
BOMB_OBJ := $(call objects_of,$(filter-out %/table.c %/test_bombs.c,$(call sources_in,tests/bombs)))
BOMB_TABLE := $(OUT)/tests/bombs/table

define test_program
$(OUT)/$(1:.c=): $(OBJ)/$(1:.c=.o) $(call objects_of_test,$1) $(if $(filter tests/bombs/%,$1),$(BOMB_OBJ)) $(SUPPORT_LIB) $(call libs_of_test,$1,$(call layer_of_test,$1))
endef
$(foreach test,$(TEST_SRC),$(eval $(call test_program,$(test))))
$(TEST_WITHOUT_RDKAFKA:%.c=$(OUT)/%): RDKAFKA_LIBS :=
$(foreach row,$(TEST_WRAPS),$(eval $(patsubst %.c,$(OUT)/%,$(firstword $(subst +, ,$(row)))): \
	LINK_WRAPS := $(patsubst %,-Wl$(COMMA)--wrap=%,$(wordlist 2,99,$(subst +, ,$(row))))))
$(TESTS):
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(LINK_WRAPS) $(RPATH_TEST) -o $@.$$$$ $^ $(EXTERNAL_LIBS) $(CHECK_LIBS) && mv $@.$$$$ $@

# The simulator: the engine with tasks for threads, whose blocking calls are wrapped.
SIM_OBJ := $(call objects_of,$(filter-out tests/sim/test_% $(SIM_PURE),$(wildcard tests/sim/*.c)))
SIM_WRAP := -Wl,--wrap=pthread_mutex_lock,--wrap=pthread_cond_wait,--wrap=pthread_rwlock_rdlock,--wrap=pthread_rwlock_wrlock,--wrap=yaml_tree_parse
$(OUT)/tests/sim/sim: RDKAFKA_LIBS :=
$(OUT)/tests/sim/sim: $(SIM_OBJ) $(SUPPORT_LIB) $(call libs_for,$(LAYERS))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(RPATH_TEST) $(SIM_WRAP) -o $@.$$$$ $^ $(EXTERNAL_LIBS) $(CHECK_LIBS) && mv $@.$$$$ $@

$(BOMB_TABLE): $(OBJ)/tests/bombs/table.o $(BOMB_OBJ) $(call libs_for,$(LAYERS))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(RPATH_TEST) -o $@.$$$$ $^ $(EXTERNAL_LIBS) && mv $@.$$$$ $@

# A fuzz target is built twice: by clang with its fuzzer (make fuzz), and by gcc with a plain
# main that feeds it the kept corpus (make check).
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS := $(FUZZ_SRC:%.c=$(OUT)/%)
FUZZ_MAIN := $(if $(filter fuzz,$(VARIANT)),,$(OBJ)/tests/support/fuzz_main.o)
$(FUZZERS): $(OUT)/%: $(OBJ)/%.o $(FUZZ_MAIN) $(call libs_for,$(LAYERS))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) $(RPATH_TEST) -o $@.$$$$ $^ $(EXTERNAL_LIBS) && mv $@.$$$$ $@

# The torture drives the programs from outside and links nothing of theirs.
TORTURE_SRC := $(filter-out %/nosync.c,$(sort $(wildcard tests/torture/*.c)))
TORTURE := $(OUT)/tests/torture/torture $(OUT)/tests/torture/nosync.so
$(OUT)/tests/torture/torture: $(call objects_of,$(TORTURE_SRC))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(ALL_LDFLAGS) -o $@.$$$$ $^ $(XXHASH_LIBS) && mv $@.$$$$ $@
$(OUT)/tests/torture/nosync.so: tests/torture/nosync.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -shared -o $@.$$$$ $< && mv $@.$$$$ $@

# ---- how objects and libraries are made ------------------------------------------------
# Each is written aside and moved into place, so that two makes at once do not tear a file.
$(OBJ)/%_sse42.o: CFLAGS_FILE := $(if $(IS_X86),-msse4.2)
$(OBJ)/%.o: %.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(ALL_CFLAGS) $(CFLAGS_FILE) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@.$$$$ $< && mv $@.$$$$ $@

# The one file in C++ wraps a library that has no C interface.
$(OBJ)/%.o: %.cc $(OBJ)/flags
	@mkdir -p $(@D)
	$(call step,CXX)$(CXX) $(ALL_CXXFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@.$$$$ $< && mv $@.$$$$ $@

$(OBJ)/tests/%.o: tests/%.c $(OBJ)/flags | setup-test
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(ALL_CFLAGS) $(CFLAGS_FILE) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@.$$$$ $< && mv $@.$$$$ $@

$(OUT)/lib/%.a:
	@mkdir -p $(@D)
	$(call step,AR)ar rcs $@.$$$$ $^ && mv $@.$$$$ $@

$(GEN)/catalog_data.c: tools/embed $(CATALOG_YAML)
	@mkdir -p $(@D)
	$(call step,GEN)tools/embed $(CATALOG_YAML) > $@

# Objects are made anew when the compiler or its flags change.
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(CXX) $(ALL_CXXFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(ALL_CFLAGS) $(CXX) $(ALL_CXXFLAGS)' > $@

-include $(shell [ ! -d $(OBJ) ] || find $(OBJ) -name '*.d')

# ---- targets ---------------------------------------------------------------------------
.PHONY: all demo check lint unit unit-programs e2e conformance asan tsan coverage bench fuzz fuzz-programs fuzz-corpus sim sim-program install clean distclean help setup-test torture torture-short torture-programs flips failures torture-kafka bombs planted planted-short FORCE

all: $(PROGRAMS) ## build build/engaged and build/engagectl (installs what is missing)

demo: all ## fold a year of a real retailer's events and show what came of it
	@tools/demo/run

check: ## everything that must hold: lint, unit tests, sanitizers, fuzz corpus, end to end
	@tools/check/run

lint: all ## layers, sizes, symbols, formatting, words
	@tools/lint/run

unit-programs: $(TESTS)
fuzz-programs: $(FUZZERS)

unit: $(TESTS) # the unit tests of one VARIANT
	@$(TEST_ENV_$(VARIANT)) tests/run $(TESTS)

e2e: all # the programs as a user runs them
	@$(MAKE) VARIANT=faults all
	@tests/run $(sort $(wildcard tests/e2e/test_*.sh tests/tools/test_*.sh))

conformance: all ## the public conformance suite of CEL through engagectl eval
	@tools/setup conformance
	@tests/conformance/run

torture-kafka: all ## the daemon and real Kafka brokers under faults (a quarter of an hour each version)
	@tools/setup check
	@$(MAKE) VARIANT=faults all
	@tests/kafka/faults/run long

asan: ## unit tests under AddressSanitizer and UBSan
	@$(MAKE) VARIANT=asan unit

tsan: ## unit tests under ThreadSanitizer
	@$(MAKE) VARIANT=tsan unit

fuzz-corpus: # what fuzzing found worth keeping, under the sanitizers
	@$(MAKE) VARIANT=asan fuzz-programs
	@tools/fuzz/corpus

coverage: ## line coverage of the unit tests, per layer
	@$(MAKE) VARIANT=coverage all unit-programs
	@find build/obj/coverage -name '*.gcda' -delete
	@$(MAKE) VARIANT=coverage unit
	@tools/coverage/run

bench: all $(BENCHES) ## benchmarks, each beside its yardstick
	@tools/bench/run

bombs: $(BOMB_TABLE) ## what hostile inputs of 1 MiB cost: time, memory, and what comes of them
	@$(BOMB_TABLE)

fuzz: ## fuzz each target for SECONDS (60)
	@tools/setup fuzz
	@$(MAKE) VARIANT=fuzz CC="$$(command -v clang-14 || command -v clang)" fuzz-programs
	@tools/fuzz/run $(SECONDS)

sim-program: $(OUT)/tests/sim/sim

sim: ## simulated worlds full of trouble: SEEDS (2000) from FIRST (1); SEED=N repeats one
	@$(MAKE) VARIANT=faults sim-program
	@SEEDS='$(SEEDS)' FIRST='$(FIRST)' SEED='$(SEED)' REPORT='$(REPORT)' INPUTS='$(INPUTS)' LIVES='$(LIVES)' \
		SHARDS='$(SHARDS)' WITHOUT='$(WITHOUT)' JOBS='$(JOBS)' tools/sim/run

torture: ## kill -9 (CYCLES), power cuts (CUTS), full disks and the like; SEED repeats one
	@tools/setup torture
	@$(MAKE) torture-programs
	@$(MAKE) VARIANT=faults all
	@build/tests/torture/torture

torture-short: # the same for make check
	@$(MAKE) torture-programs
	@$(MAKE) VARIANT=faults all
	@timeout 900 build/tests/torture/torture --short

torture-programs: $(TORTURE)

# The output of a test program is shown only here; `unit` runs them all.
FLIPS := $(filter %/test_flips %/test_store_flips %/test_cuts,$(TESTS))
FAILURES := $(filter $(OUT)/tests/failures/%,$(TESTS))

flips: $(FLIPS) ## every bit of a journal and of a store flipped (a quarter of an hour)
	@for test in $(FLIPS); do STORE_FLIPS=all $$test || exit 1; done

failures: $(FAILURES) ## every call to disk, LMDB and system fails, every code of a refusal comes out
	@for test in $(FAILURES); do $$test || exit 1; done

planted: ## plant each bug of tests/planted (ONLY=NNN) and show what catches it
	@tools/planted/run $(if $(REPORT),--report $(REPORT)) $(ONLY)

planted-short: # a few of them, and whether all still apply
	@tools/planted/run --short

install: all ## install below PREFIX (/usr/local), staged below DESTDIR
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' YYJSON_PRIVATE='$(YYJSON_PRIVATE)' tools/install

clean: ## remove what was built (libraries fetched by tools/setup stay)
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name prefix ! -name 'config.mk*' -exec rm -rf {} +

distclean: # remove build/ altogether
	@rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo "Variables: PREFIX DESTDIR SECONDS (fuzz) CC CFLAGS LDFLAGS V=1 (show commands) WERROR= (warnings stay warnings)"

setup-test:
	@tools/setup test

FORCE:
