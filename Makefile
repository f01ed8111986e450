# What one does with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
DATA ?= data
LISTEN ?= 127.0.0.1:8787
TOOLCHAIN := target/toolchain
SECONDS ?= 60
BENCH ?= calls stages micro build fork noisy many growth soak

.PHONY: help run test check lint rust-test web web-test toolchain clients guests documents documents-all release bench flamegraph attack fuzz screenshots clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: toolchain web ## Install what is missing, build, and serve at http://127.0.0.1:8787 (DATA=dir LISTEN=addr:port)
	cargo build --release -p cloche
	exec target/release/cloche serve --data $(DATA) --listen $(LISTEN)

test: lint web-test rust-test ## Install what is missing and run every test

check: lint ## The quick part of the tests: formatting, lints, types

lint: toolchain web
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	cargo metadata --quiet --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null # its lock is not the workspace's
	cd web && npm run --silent check

rust-test: toolchain web clients guests documents
	@scripts/setup.sh postgres chromium load
	cargo test --quiet --locked --manifest-path guest-sdk/Cargo.toml
	scripts/test-rust.sh

web: ## Build the web app that the binary carries
	@scripts/setup.sh node
	scripts/web.sh

web-test: web
	cd web && npm test

toolchain: ## Build what tool code is compiled with (rustc for wasm32, std, the SDK)
	@scripts/setup.sh rust
	scripts/toolchain.sh $(TOOLCHAIN)

clients: ## Install the MCP clients that the tests drive
	@scripts/setup.sh python
	scripts/test-clients.sh

guests: ## Build the components, made elsewhere, that the tests upload
	@scripts/setup.sh rust node
	scripts/test-guests.sh

documents: ## Fetch the published descriptions of APIs that the tests import
	@scripts/setup.sh node
	scripts/test-documents.sh

documents-all: toolchain documents ## Make tools of every operation of these, compile all, and print the table
	cargo run --quiet --release -p cloche-openapi --example documents

release: toolchain web ## Build the binary for production, target/optimized/cloche: laid out by what it does under load
	@scripts/setup.sh load
	scripts/bench-peers.sh
	scripts/release.sh

bench: release guests ## Measure all that is to be reached, beside peers, into benches/RESULTS.md (BENCH="calls noisy" for some)
	cargo build --release -p cloche-benches
	for bench in $(BENCH); do target/release/cloche-benches $$bench --results benches/RESULTS.md; done

flamegraph: release ## Draw where the platform's time goes while it answers calls, into target/flamegraph.svg
	@scripts/setup.sh profile
	cargo build --release -p cloche-benches
	scripts/flamegraph.sh

attack: toolchain web guests ## Try every attack on the real binary and print the table (ATTACK="guest:: secrets::" for some)
	cargo build --quiet --workspace --bins
	cargo test --quiet -p cloche --test attack -- --table $(ATTACK)

fuzz: toolchain web ## Fuzz what strangers write, each target for SECONDS=60, from the inputs in fuzz/corpus (FUZZ="pattern spec" for some)
	scripts/fuzz.sh $(SECONDS) $(FUZZ)

screenshots: web ## Take pictures of every page, light and dark, desktop and phone, into target/screenshots
	@scripts/setup.sh chromium
	cd web && PICTURES="$(CURDIR)/target/screenshots" npx vitest run --project look

clean: ## Remove what was built; keeps data/
	rm -rf target web/dist web/node_modules guest-sdk/target
