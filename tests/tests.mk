# Rules of the tests; part of the Makefile above.

include tests/provider/provider.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk

test_build := $(BUILD)/tests

$(test_build)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(our_cflags) -Itests $(CFLAGS) -c -o $@ $<

# ---- transcripts ----

transcripts := $(sort $(wildcard tests/transcripts/*.txt))

player := play news setting seed world

$(test_build)/play: $(player:%=$(test_build)/transcripts/%.o) \
		$(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ -lbearssl

check-transcripts: $(test_build)/play ## play every conversation in six grains
	@$(test_build)/play $(transcripts)

# ---- unit: one program a room or family of rooms ----

unit := rewrite pop proxy base line command address reply ehlo body chunk sasl scram digest relay ini value config \
	keys settings certificate trust verify tls serving guesses
unit_programs := $(unit:%=$(test_build)/unit/test_%)

$(test_build)/unit/test_config $(test_build)/unit/test_keys \
$(test_build)/unit/test_settings: $(test_build)/unit/scratch.o
$(test_build)/unit/test_certificate $(test_build)/unit/test_trust \
$(test_build)/unit/test_verify $(test_build)/unit/test_tls \
$(test_build)/unit/test_serving: $(test_build)/unit/certs.o
$(test_build)/unit/test_verify $(test_build)/unit/test_tls \
$(test_build)/unit/test_serving: $(test_build)/unit/tls_scene.o

$(unit_programs): %: %.o $(BUILD)/libshell.a $(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(BUILD)/libshell.a $(BUILD)/libcore.a $(libs) -lcmocka -lssl -lcrypto

# What is built only where libcurl and cJSON are there.
unit_oauth := store answer claims pkce assertion
oauth_programs := $(unit_oauth:%=$(test_build)/unit/test_%)

$(oauth_programs): %: %.o $(BUILD)/liboauth.a $(BUILD)/libshell.a \
		$(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(oauth_libs) -lcmocka

.SECONDARY: $(unit_programs:%=%.o) $(test_build)/unit/scratch.o \
	$(test_build)/unit/certs.o $(test_build)/unit/tls_scene.o

# ---- the architecture, checked ----

layers := base smtp sasl relay tls net config app oauth

check-layers: ## who includes whom
	@$(foreach l,$(layers),LAYER_$(l)="$(may_$(l))") sh tests/layers.sh $(layers)

check-purity: $(BUILD)/libcore.a ## the core calls nothing but what is listed
	@sh tests/purity.sh $(BUILD)/libcore.a tests/pure-symbols.txt

check-headers: ## every header stands alone
	@failed=0; for h in src/*/*.h; do \
		$(CC) $(filter-out -MMD -MP,$(our_cflags)) -fsyntax-only -x c $$h \
		|| failed=1; done; exit $$failed

# ---- all together: tests/check runs and counts ----

check_programs = $(unit_programs) $(if $(has_oauth),$(oauth_programs)) $(test_build)/play

check-build: $(check_programs) $(programs) $(BUILD)/provider

check-fast: ## unit tests and transcripts, in seconds
	@$(MAKE) -s $(check_programs)
	@BUILD=$(BUILD) sh tests/check unit transcripts

check: ## everything, plain and with sanitizers
	@BUILD=$(BUILD) MAKE="$(MAKE)" sh tests/check all

check-integration: $(programs) $(BUILD)/provider ## real servers and clients
	@SMTPSEAL=$(abspath $(BUILD)/smtpseal) PROVIDER=$(abspath $(BUILD)/provider) \
		tests/integration/run $(ONLY)

.PHONY: check check-build check-fast check-transcripts check-layers \
	check-purity check-headers check-integration

lint: ## what can be said of the source without running it
	@mkdir -p $(BUILD)
	@$(MAKE) -s check-layers check-headers check-purity >$(BUILD)/lint.out 2>&1 \
		|| { cat $(BUILD)/lint.out; exit 1; }
	@sh tests/lint.sh

format: ## lay the source out as clang-format does
	clang-format -i $(wildcard src/*/*.[ch] tests/*/*.[ch])

.PHONY: lint format
