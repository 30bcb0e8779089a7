"""Nine Dags that run the same way here and on a real Airflow: no clock, no network, no memory between tries."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TaskGroup, dag, task
from airflow.sdk.exceptions import AirflowSkipException

SETTINGS = {"schedule": None, "start_date": datetime(2026, 1, 1), "catchup": False}


@dag(**SETTINGS)
def same_linear():
    @task
    def one():
        return 1

    @task
    def add(number):
        return number + 1

    add(add.override(task_id="add_first")(one()))


@dag(**SETTINGS)
def same_diamond():
    @task(multiple_outputs=True)
    def load():
        return {"rows": [1, 2, 3], "name": "rows"}

    @task
    def total(rows):
        return sum(rows)

    @task
    def label(name):
        return name.upper()

    @task
    def join(number, text):
        return f"{text}={number}"

    loaded = load()
    join(total(loaded["rows"]), label(loaded["name"]))


@dag(**SETTINGS)
def same_branch():
    @task.branch
    def choose():
        return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    after_right = EmptyOperator(task_id="after_right")
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    choose() >> [left, right]
    right >> after_right
    [left, after_right] >> join


@dag(**SETTINGS)
def same_skip():
    @task
    def skip():
        raise AirflowSkipException("nothing new")

    @task
    def after(value):
        return value

    @task(trigger_rule="all_done")
    def always():
        return "here"

    skipped = skip()
    after(skipped)
    skipped >> always()


@dag(**SETTINGS)
def same_retry():
    @task(retries=2, retry_delay=timedelta(seconds=1))
    def flaky(ti=None):
        if ti.try_number == 1:
            raise RuntimeError("the first try fails")
        return ti.try_number

    @task
    def after(tries):
        return tries * 10

    after(flaky())


@dag(**SETTINGS)
def same_failure():
    @task
    def fails():
        raise ValueError("no rows")

    @task
    def waits(value):
        return value

    @task(trigger_rule="all_done")
    def cleans():
        return "clean"

    @task(trigger_rule="one_failed")
    def alarms():
        return "told"

    failed = fails()
    waits(failed)
    failed >> [cleans(), alarms()]


@dag(**SETTINGS, user_defined_macros={"shout": str.upper})
def same_templates():
    bash = BashOperator(task_id="bash", bash_command="echo {{ ds }} {{ shout('hi') }} {{ data_interval_start | ts }}")

    @task(templates_dict={"day": "{{ macros.ds_add(ds, 1) }}"})
    def python(templates_dict=None, ds=None, **context):
        return [templates_dict["day"], ds, context["ti"].xcom_pull(task_ids="bash")]

    bash >> python()


@dag(**SETTINGS, params={"n": 3, "name": "penguin"})
def same_params():
    @task
    def count(params=None):
        return list(range(params["n"]))

    say = BashOperator(task_id="say", bash_command="echo {{ params.name }} {{ params.n }}")
    count() >> say


@dag(**SETTINGS)
def same_mapped():
    @task
    def numbers():
        return [1, 2, 3]

    @task
    def double(number):
        if number == 2:
            raise AirflowSkipException("not two")
        return number * 2

    @task(trigger_rule="none_failed")
    def total(values):
        return sum(values)

    with TaskGroup("group"):
        doubled = double.expand(number=numbers())
    total(doubled)


same_linear()
same_diamond()
same_branch()
same_skip()
same_retry()
same_failure()
same_templates()
same_params()
same_mapped()
