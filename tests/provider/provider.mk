# The scripted mail provider: see README.md here.

provider := provider options script record store wire tls body act talk mail \
	login digest scram token
provider_objects := $(provider:%=$(BUILD)/tests/provider/%.o)

$(BUILD)/provider: $(provider_objects)
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^ -lssl -lcrypto -lpthread

$(BUILD)/tests/provider/%.o: tests/provider/%.c
	@mkdir -p $(@D)
	$(CC) $(our_cflags) -Itests $(CFLAGS) -c -o $@ $<

# The old printer of the demonstration.
$(BUILD)/printer: $(BUILD)/tests/provider/printer.o
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^
