# Fuzzing: one target a parser, see fuzz_*.c here; part of the Makefile above.
# A target that needs rooms beside the core names them as a prerequisite:
#   $(fuzz_build)/fuzz_NAME: $(fuzz_build)/LAYER/ROOM.o

fuzz_targets := line command address reply ehlo body session rewrite proxy \
	certificate ini sasl pop $(if $(has_oauth),token)
T            ?= 60
FUZZ_CC      ?= clang

fuzz_build    := build/fuzz
fuzz_programs := $(fuzz_targets:%=$(fuzz_build)/fuzz_%)
fuzz_core     := $(core_objects:$(BUILD)/%=$(fuzz_build)/%)
fuzz_cflags   := $(filter-out -fsanitize=% -fPIE,$(our_cflags)) -Itests -g -O1 \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
fuzz_sanitize := address,undefined

.SECONDARY: $(fuzz_programs:%=%.o)

$(fuzz_build)/fuzz_session: $(fuzz_build)/watch.o $(fuzz_build)/queue.o
$(fuzz_build)/fuzz_certificate: $(fuzz_build)/tls/certificate.o \
	$(fuzz_build)/tls/der.o
$(fuzz_build)/fuzz_ini: $(fuzz_build)/config/ini.o \
	$(fuzz_build)/config/complaints.o $(fuzz_build)/base/arena.o
$(fuzz_build)/fuzz_token: $(addprefix $(fuzz_build)/,oauth/json.o \
	oauth/answer.o oauth/claims.o oauth/hint.o oauth/redirect.o \
	oauth/store.o config/files.o config/value.o config/suggest.o \
	base/arena.o)
$(fuzz_build)/fuzz_token: libs += -lcjson

$(fuzz_programs): $(fuzz_build)/%: $(fuzz_build)/%.o $(fuzz_build)/grain.o \
		$(fuzz_build)/libcore.a
	$(FUZZ_CC) -fsanitize=fuzzer,$(fuzz_sanitize) -o $@ \
		$(filter %.o,$^) $(filter %.a,$^) $(libs)

$(fuzz_build)/libcore.a: $(fuzz_core)
	@rm -f $@
	$(AR) rcs $@ $^

$(fuzz_build)/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(fuzz_cflags) -fsanitize=fuzzer-no-link,$(fuzz_sanitize) \
		-c -o $@ $<

$(fuzz_build)/%.o: src/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(fuzz_cflags) -fsanitize=fuzzer-no-link,$(fuzz_sanitize) \
		-c -o $@ $<

# The session begins where the transcripts are.
fuzz_scripts := $(wildcard tests/transcripts/*.txt)

$(fuzz_build)/session.seeded: $(BUILD)/tests/play $(fuzz_scripts)
	@mkdir -p $(fuzz_build)/corpus/session
	@$< -s $(fuzz_build)/corpus/session $(fuzz_scripts) >/dev/null
	@touch $@

fuzz: $(fuzz_programs) $(fuzz_build)/session.seeded ## feed every parser for T seconds
	@failed=0; for name in $(fuzz_targets); do \
		log=$(fuzz_build)/$$name.log; \
		corpus=$(fuzz_build)/corpus/$$name; mkdir -p $$corpus; \
		if $(fuzz_build)/fuzz_$$name -max_total_time=$(T) \
			-max_len=20000 -timeout=20 -print_final_stats=1 \
			-artifact_prefix=$(fuzz_build)/$$name- \
			$$corpus tests/fuzz/seeds/$$name \
			>$$log 2>&1; \
		then printf '%-12s ok, %s inputs\n' $$name \
			"$$(sed -n 's/^stat::number_of_executed_units: *//p' $$log)"; \
		else failed=1; \
			printf '%-12s FAILED: see %s\n' $$name $$log; \
		fi; \
	done; exit $$failed

.PHONY: fuzz
-include $(wildcard $(fuzz_build)/*.d $(fuzz_build)/*/*.d)
