# The chores of this repository; `just` alone lists them.

default:
    @just --list

# the tests a newcomer runs
test *args:
    pytest {{args}}

# the tests without Spark, with the lowest versions that pyproject.toml allows, in an environment of their own
lowest *args:
    python tests/bench/environment.py lowest {{args}}

# the same with the newest versions that it allows
newest *args:
    python tests/bench/environment.py newest {{args}}

# write constraints.txt: the versions of this environment, once all tests have passed in it
pin:
    python tests/bench/environment.py pin

# format, lint, types
lint:
    ruff format .
    ruff check --fix .
    mypy

# wheel, sdist, hashes and bill of materials into dist/, and the tag of the version; CHANGELOG.md must tell of it
release:
    python tests/bench/release.py

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
    python tests/test_report_schema.py

# every report in pictures, both languages, one contact sheet each in build/pictures; what axe says of the pages
pictures *args:
    python tests/bench/pictures.py {{args}}

# the documentation as a site, into build/site
site:
    NO_MKDOCS_2_WARNING=1 mkdocs build --strict -f docs/site/mkdocs.yml

# small changes of the source, each of which must fail a test; prints those that do not: just mutants --room rfm
mutants *args:
    python tests/bench/mutants.py {{args}}

# five minutes of changed bytes against intake
fuzz *args:
    python -m tests.fuzz_intake {{args}}

# five minutes of little odd shops against every analysis
fuzz-analyses *args:
    python -m tests.fuzz_analyses {{args}}

# the studies over many seeds, all of them for hours, or one: just study affinity 50
study names="affinity apart backtest budget campaigns churn clusters clv elasticity funnel heavy_spend kill offers pareto referral stake teams uplift" *args:
    for name in {{names}}; do python tests/bench/study_$name.py {{args}}; done

# valid exports written otherwise must give the same figures: just metamorphic 5000
metamorphic number="500" start="0":
    python -m tests.metamorphic {{number}} {{start}}
