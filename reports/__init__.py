"""Reports: a run folder becomes one offline HTML page, and a few lines for the terminal.

Places pictures that the readers stored and words that the judge chose; never opens a document and never judges.
"""

from reports.groups import findings_in_full
from reports.summary import summary
from reports.write import report_path, write_report

__all__ = ["findings_in_full", "report_path", "summary", "write_report"]
