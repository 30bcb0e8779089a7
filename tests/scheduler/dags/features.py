"""A Dag for nearly everything a test-run can do; run by our scheduler and by ``dag.test()``."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk import DAG, PokeReturnValue, Variable, get_current_context, setup, task, task_group, teardown
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

START = datetime(2026, 1, 1)

with DAG("features_mapping", schedule=None, start_date=START):

    @task
    def numbers():
        return [1, 2, 3]

    @task
    def letters():
        return {"a": 1, "b": 2}

    @task
    def nothing():
        return []

    @task
    def double(x):
        return x * 2

    @task
    def add(x, y):
        return x + y

    @task
    def show(pair):
        return str(pair)

    @task
    def total(values):
        return sum(values)

    @task
    def rows():
        return [{"x": 1, "y": 2}, {"x": 10, "y": 20}]

    one = numbers()
    doubled = double.expand(x=one)
    total(doubled)
    total.override(task_id="total_of_two")(add.expand(x=one, y=[10, 20]))
    add.override(task_id="partial").partial(y=100).expand(x=doubled)
    add.override(task_id="kwargs").expand_kwargs(rows())
    add.override(task_id="literal_kwargs").expand_kwargs([{"x": 1, "y": 1}, {"x": 2, "y": 2}])
    show.expand(pair=letters())
    show.override(task_id="mapped").expand(pair=one.map(lambda x: x + 1))
    show.override(task_id="zipped").expand(pair=one.zip(doubled))
    show.override(task_id="zipped_short").expand(pair=one.zip(rows.override(task_id="short")()))
    show.override(task_id="zipped_long").expand(pair=one.zip(rows.override(task_id="long")(), fillvalue="none"))
    show.override(task_id="joined").expand(pair=one.concat(rows.override(task_id="more")()))
    empty = double.override(task_id="over_nothing").expand(x=nothing())
    total.override(task_id="after_nothing")(empty)
    EmptyOperator(task_id="done_after_nothing", trigger_rule="all_done").set_upstream(empty)
    BashOperator.partial(task_id="bash", do_xcom_push=True).expand(bash_command=["echo 1", "echo 2"])

    @task
    def odd_only(x):
        if x % 2 == 0:
            raise AirflowSkipException
        return x

    odd = odd_only.expand(x=one)
    total.override(task_id="total_of_odd", trigger_rule="all_done")(odd)
    double.override(task_id="double_odd").expand(x=odd)

    @task
    def fail_on_two(x):
        if x == 2:
            raise ValueError("two")
        return x

    risky = fail_on_two.expand(x=one)
    show.override(task_id="after_risky")(risky)
    double.override(task_id="over_failed", trigger_rule="all_done").expand(x=risky)

    @task
    def broken() -> list:
        raise AirflowFailException("no list")

    double.override(task_id="over_broken", trigger_rule="all_done").expand(x=broken())

with DAG("features_groups", schedule=None, start_date=START):

    @task_group
    def pair(n):
        @task
        def first(n):
            if n == 2:
                raise AirflowFailException("two")
            if n == 3:
                raise AirflowSkipException
            return n

        @task
        def second(n):
            return n * 10

        @task(trigger_rule="all_done")
        def always(n):
            return n

        @task(trigger_rule="one_failed")
        def on_failure(n):
            return n

        value = second(first(n))
        always(value)
        on_failure(n) << value
        return value

    @task
    def several():
        return [1, 2, 3, 4]

    @task(trigger_rule="all_done")
    def collect(values):
        return list(values)

    collect(pair.expand(n=several()))
    pair.override(group_id="literal").expand(n=[1, 2])
    pair.override(group_id="none").expand(n=[5])

    @task_group
    def outer(n):
        @task_group
        def inner(m):
            @task
            def leaf(n, m):
                return n + m

            @task
            def after(v):
                return v + 1

            return after(leaf(n, m))

        @task
        def before(n):
            return n * 100

        before(n)
        return inner.expand(m=[1, 2, 3])

    outer.expand(n=[10, 20])

    @task_group
    def deciding(n):
        @task.branch
        def choose(n):
            return "deciding.small" if n < 2 else "deciding.large"

        @task
        def small():
            return "small"

        @task
        def large():
            return "large"

        @task(trigger_rule="none_failed_min_one_success")
        def join():
            return "joined"

        choose(n) >> [small(), large()] >> join()

    deciding.expand(n=several.override(task_id="to_decide")())

with DAG("features_flow", schedule=None, start_date=START, params={"who": "world", "n": 3}):

    @task.branch
    def branch():
        return "left"

    @task
    def left(): ...

    @task
    def right(): ...

    @task(trigger_rule="none_failed_min_one_success")
    def join(): ...

    branch() >> [left(), right()] >> join()

    @task.short_circuit
    def stop():
        return False

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def stop_softly():
        return False

    stop() >> EmptyOperator(task_id="stopped") >> EmptyOperator(task_id="stopped_too", trigger_rule="all_done")
    stop_softly() >> EmptyOperator(task_id="soft") >> EmptyOperator(task_id="not_stopped", trigger_rule="all_done")

    @task(retries=2, retry_delay=timedelta(seconds=0))
    def third_time():
        tries = get_current_context()["ti"].try_number
        if tries < 3:
            raise RuntimeError(f"try {tries}")
        return tries

    @task(retries=1, retry_delay=timedelta(seconds=0))
    def never():
        raise RuntimeError("never")

    @task
    def fails():
        raise AirflowFailException("at once")

    third_time() >> EmptyOperator(task_id="after_third_time")
    bad = never()
    bad >> EmptyOperator(task_id="after_never")
    bad >> EmptyOperator(task_id="anyway", trigger_rule="all_done")
    fails() >> EmptyOperator(task_id="if_failed", trigger_rule="one_failed")

    @task
    def skips():
        raise AirflowSkipException("not today")

    (
        skips()
        >> EmptyOperator(task_id="after_skip")
        >> EmptyOperator(task_id="after_after_skip", trigger_rule="none_failed")
    )

    @task.sensor(poke_interval=0.1, timeout=5, mode="poke")
    def poke():
        return PokeReturnValue(is_done=True, xcom_value="poked")

    @task.sensor(poke_interval=1, timeout=5, mode="reschedule")
    def look_again():
        return PokeReturnValue(is_done=True, xcom_value="seen")

    @task.sensor(poke_interval=0.1, timeout=0.3, mode="poke", soft_fail=True)
    def give_up():
        return False

    @task.sensor(poke_interval=0.1, timeout=0.3, mode="poke")
    def time_out():
        return False

    [poke(), look_again()] >> EmptyOperator(task_id="sensed")
    give_up()
    time_out()
    DateTimeSensorAsync(task_id="deferred", target_time="{{ macros.datetime(2026, 1, 1) }}")

    @setup
    def make():
        return "cluster"

    @task
    def use(cluster):
        raise AirflowFailException(cluster)

    @teardown
    def destroy(cluster): ...

    made = make()
    used = use(made)
    used >> destroy(made).as_teardown(setups=made)
    used >> EmptyOperator(task_id="after_use")

    @task(multiple_outputs=True)
    def many():
        return {"a": 1, "b": [2, 3]}

    @task
    def take(a, b):
        return [a, b]

    outputs = many()
    take(outputs["a"], outputs["b"])

    @task
    def reads(params=None, ti=None, dag_run=None, **context):
        return [params["who"], ti.task_id, dag_run.run_type, Variable.get("absent", default="none"), "ds" in context]

    @task
    def pushes(ti=None):
        ti.xcom_push("other", (1, 2))
        return ti.xcom_pull(task_ids="many", key="a")

    reads()
    outputs >> pushes()
    BashOperator(task_id="templated", bash_command="echo {{ params.who }} {{ params.n * 2 }} {{ task.task_id }}")
    BashOperator(task_id="skip_code", bash_command="exit 99")
    BashOperator(task_id="bad_code", bash_command="exit 3")
    BashOperator(task_id="bad_template", bash_command="echo {{ nowhere.at_all }}")

with DAG("features_fail_fast", schedule=None, start_date=START, fail_fast=True):
    first = BashOperator(task_id="first", bash_command="exit 1")
    second = EmptyOperator(task_id="second")
    other = BashOperator.partial(task_id="other").expand(bash_command=["echo 1"])
    cleaning = EmptyOperator(task_id="cleaning").as_teardown()
    first >> second >> other >> cleaning
