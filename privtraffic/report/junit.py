"""Gates as JUnit XML, which every CI system shows: a test case a gate."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from privtraffic.report.document import Report
from privtraffic.report.words import Words


def write_junit(report: Report, words: Words, path: Path) -> None:
    """Write the gates of a report; a figure that was not observed is a skipped case, unless that fails."""
    failed = [gate for gate in report.gates if gate.outcome == "failed"]
    skipped = [gate for gate in report.gates if gate.outcome == "blank"]
    counts = {"tests": len(report.gates), "failures": len(failed), "errors": 0, "skipped": len(skipped)}
    numbers = {name: str(count) for name, count in counts.items()}
    suites = ElementTree.Element("testsuites", numbers)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": f"privtraffic {report.command}", **numbers})
    for gate in report.gates:
        name = f"{gate.figure} {gate.sign} {gate.bound:g}"
        case = ElementTree.SubElement(suite, "testcase", {"classname": f"privtraffic.{report.command}", "name": name})
        if gate.outcome != "passed":
            told = gate.said if gate.value is not None else words("gate.blank", said=gate.figure)
            ElementTree.SubElement(case, "failure" if gate.outcome == "failed" else "skipped", {"message": told})
    ElementTree.indent(suites)
    ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)
