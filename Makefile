# smtpseal: a local submission relay. `make help` lists the targets.

# ---- settings: make NAME=value ----
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
LDFLAGS ?=
SAN     ?=
CONFIG  ?= config/smtpseal.ini

VERSION := 0.1.0
BUILD   := build$(if $(SAN),/san)

# ---- flags that are ours ----
# Debian keeps BearSSL's headers in a folder of their own.
bearssl_headers := $(patsubst %,-isystem %,$(wildcard /usr/include/bearssl \
	/usr/local/include/bearssl))
warnings := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wpointer-arith -Wwrite-strings \
	-Wformat=2 -Wvla
our_cflags := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DSMTPSEAL_VERSION='"$(VERSION)"' $(warnings) $(if $(CI),-Werror) \
	-Isrc $(bearssl_headers) -MMD -MP -fstack-protector-strong -fPIE
our_ldflags := -pie -Wl,-z,relro,-z,now
ifneq ($(SAN),)
our_cflags  += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
our_ldflags += -fsanitize=$(SAN)
endif

# ---- the layers: every room by name ----
base   := ensure span buf text base64 secret cidr rate hash
shell  := log arena harden
smtp   := line command address reply ehlo scan body chunk header mailbox date proxy
sasl   := mechanism sasl plain cram scram digest
relay  := failure advice fact receipts envelope rewrite echo login auth offer gate foreign client pop stage \
	upstream outcome sending again answers rules asks content session
tls    := der pem trust certificate identity finding verify words suite context resume \
	served ending tls
net    := settings loop stream channel dial child credential contexts poplink link loss holddown queue links pool pools loan \
	spool route secure guesses guest balancer heard conn listener doors server
config := complaints suggest ini value network endpoint files section provider \
	oauth listen resolve account device limits config
app    := daemon check lines steps doctor main
oauth  := store words task http json answer hint claims ask pkce redirect browse token login status \
	logout assertion main

# ---- who may include whom ----
may_base   := base
may_smtp   := base smtp
may_sasl   := base sasl
may_relay  := base smtp sasl relay
may_tls    := base tls
may_net    := base smtp sasl relay tls net
may_config := base smtp sasl relay tls net config
may_oauth  := base tls config oauth
may_app    := base smtp sasl relay tls net config app

core_objects := $(foreach layer,base smtp sasl relay,\
	$($(layer):%=$(BUILD)/$(layer)/%.o))
shell_objects := $(shell:%=$(BUILD)/base/%.o) $(foreach layer,tls net config,\
	$($(layer):%=$(BUILD)/$(layer)/%.o))
app_objects := $(app:%=$(BUILD)/app/%.o)
libs := -luv -lbearssl -linih

# ---- smtpseal-oauth, where libcurl and cJSON are there ----
oauth_cflags := $(shell pkg-config --cflags libcurl libcjson 2>/dev/null)
oauth_libs   := $(or $(shell pkg-config --libs libcurl libcjson 2>/dev/null),\
	-lcurl -lcjson) -lbearssl -linih
hash         := \#
has_oauth    := $(shell printf '$(hash)include <%s>\n' curl/curl.h cjson/cJSON.h \
	| $(CC) $(CFLAGS) $(oauth_cflags) -E - >/dev/null 2>&1 && echo yes)
oauth_rooms  := $(filter-out main,$(oauth))
oauth_objects := $(oauth_rooms:%=$(BUILD)/oauth/%.o)
programs     := $(BUILD)/smtpseal $(if $(has_oauth),$(BUILD)/smtpseal-oauth)

ifndef VERBOSE
.SILENT:
endif

all: $(programs) ## build the programs
ifeq ($(has_oauth),)
	@echo "  without smtpseal-oauth: no libcurl or cJSON (contrib/deps oauth)"
endif

$(BUILD)/smtpseal: $(app_objects) $(BUILD)/libshell.a $(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/smtpseal-oauth: $(BUILD)/oauth/main.o $(BUILD)/liboauth.a \
		$(BUILD)/libshell.a $(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(oauth_libs)

$(BUILD)/liboauth.a: $(oauth_objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(oauth_objects): our_cflags += $(oauth_cflags)

$(BUILD)/libcore.a: $(core_objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libshell.a: $(shell_objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(CC) $(our_cflags) $(CFLAGS) -c -o $@ $<

include tests/tests.mk

demo: ## see it work: an old printer, the relay, a provider of our own
	@sh contrib/deps build
	@$(MAKE) $(BUILD)/smtpseal $(BUILD)/provider $(BUILD)/printer
	@BUILD=$(abspath $(BUILD)) sh tests/demo.sh

run: $(BUILD)/smtpseal ## run it: make run CONFIG=my.ini
	@$(BUILD)/smtpseal -c $(CONFIG) run

install: $(programs) ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/smtpseal $(DESTDIR)$(PREFIX)/bin/smtpseal
	$(if $(has_oauth),install -D -m 755 $(BUILD)/smtpseal-oauth \
		$(DESTDIR)$(PREFIX)/bin/smtpseal-oauth)
	$(if $(has_oauth),install -D -m 644 contrib/man/smtpseal-oauth.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/smtpseal-oauth.1)
	install -D -m 644 contrib/man/smtpseal.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/smtpseal.8
	install -D -m 644 contrib/man/smtpseal.ini.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/smtpseal.ini.5
	install -D -m 644 config/smtpseal.ini \
		$(DESTDIR)$(PREFIX)/share/doc/smtpseal/smtpseal.ini

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile tests/*.mk \
		tests/*/*.mk | sort | awk -F'|' '{ printf "  %-18s %s\n", $$1, $$2 }'

clean: ## remove what was built
	rm -rf build

.PHONY: all demo run install help clean
-include $(wildcard $(BUILD)/*/*.d $(BUILD)/tests/*/*.d)
