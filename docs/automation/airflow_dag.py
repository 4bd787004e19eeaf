"""The monthly review in Airflow: in dags/ of an installation whose workers see BRAND, the folder of privtraffic.toml.

The database brand.duckdb stays in that folder, so that lists of one month are judged in the next.
"""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

BRAND = "/srv/brand"

with DAG(
    "privtraffic_review",
    schedule="15 6 2 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # A database is open for reading or for writing.
    max_active_runs=1,
):
    ingest = BashOperator(task_id="ingest", bash_command="privtraffic ingest", cwd=BRAND, append_env=True)
    review = BashOperator(task_id="review", bash_command="privtraffic review --verbose", cwd=BRAND, append_env=True)
    ingest >> review
