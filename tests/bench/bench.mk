# Benchmarks: see README.md here; part of the Makefile above.

bench_load := load device tally

$(BUILD)/bench-load: $(bench_load:%=$(BUILD)/tests/bench/%.o)
	$(CC) $(our_ldflags) $(LDFLAGS) -o $@ $^

bench: ## speed and memory beside stunnel, and two plots (N=3, QUICK=1)
	@$(MAKE) -s SAN= build/smtpseal build/provider build/bench-load
	@BUILD=build QUICK=$(QUICK) N=$(N) tests/bench/bench
	@BUILD=build QUICK=$(QUICK) N=$(N) tests/bench/growth

bench-long: ## an hour of mixed load and troubles (MINUTES=60, SEED=1)
	@$(MAKE) -s SAN= build/smtpseal build/provider
	@BUILD=build MINUTES=$(MINUTES) SEED=$(SEED) tests/bench/long-run

bench-growth: ## cost against devices and sizes (N=5, QUICK=1)
	@$(MAKE) -s SAN= build/smtpseal build/provider build/bench-load
	@BUILD=build QUICK=$(QUICK) N=$(N) tests/bench/growth

.PHONY: bench bench-long bench-growth
