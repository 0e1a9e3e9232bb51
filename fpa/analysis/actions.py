"""What analysis does that leaves an event: a report that is taken away."""

from datetime import date
from io import BytesIO

from django.db import transaction

from fpa.analysis.report.compose import Report
from fpa.analysis.report.document import write_report
from fpa.audit.record import record
from fpa.core.actor import Actor


@transaction.atomic
def download_report(*, report: Report, on: date, by: Actor) -> bytes:
    """Give a report as docx, and record who took which one.

    Raises CannotWriteOfficial where it does not fit the template.
    """
    out = BytesIO()
    write_report(out, report, signed_on=on)
    changes = {"period": str(report.period), "figures": len(report.readings)}
    record("report.downloaded", report.unit, by=by, changes=changes, path=report.unit.path)
    return out.getvalue()
