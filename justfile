# The chores of this repository; `just` alone lists them.

default:
    @just --list

# the tests a newcomer runs
test *args:
    pytest {{args}}

# format, lint, types
lint:
    ruff format .
    ruff check --fix .
    mypy

# everything CI runs
ci:
    bash .ci/run

# time and memory against the script an analyst would write; writes docs/benchmarks.md
bench *args:
    python tests/bench/bench.py {{args}}

# make the example export again
examples:
    python tests/bench/make_examples.py

# write the generated parts of docs/ again
docs:
    python tests/test_docs.py

# five minutes of changed bytes against intake
fuzz *args:
    python tests/fuzz_intake.py {{args}}

# the studies over many seeds, all of them for hours, or one: just study affinity 50
study names="affinity churn clv clusters heavy_spend kill stake uplift" *args:
    for name in {{names}}; do python tests/bench/study_$name.py {{args}}; done
