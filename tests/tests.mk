# Rules of the tests; part of the Makefile above.

include tests/provider/provider.mk

test_build := $(BUILD)/tests
transcripts := $(sort $(wildcard tests/transcripts/*.txt))

$(test_build)/transcripts/%.o: tests/transcripts/%.c
	@mkdir -p $(@D)
	$(CC) $(our_cflags) $(CFLAGS) -c -o $@ $<

$(test_build)/play: $(test_build)/transcripts/play.o \
		$(test_build)/transcripts/stage.o $(BUILD)/libcore.a
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ -lbearssl

check-transcripts: $(test_build)/play ## play every conversation in six grains
	$(test_build)/play $(transcripts)

.PHONY: check-transcripts
