"""Random Dags from fixed seeds: tasks that succeed, fail or skip as told, any trigger rule, setups and teardowns."""

from __future__ import annotations

import random
from datetime import datetime

from airflow.sdk import DAG, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def act(outcome):
    if outcome == "fail":
        raise AirflowFailException("as told")
    if outcome == "skip":
        raise AirflowSkipException("as told")


for seed in range(24):
    dice = random.Random(seed)
    with DAG(f"random_{seed}", schedule=None, start_date=datetime(2026, 1, 1)):
        made = []
        for number in range(7):
            rule = dice.choice(["all_success"] * 6 + [rule.value for rule in TriggerRule])
            outcome = dice.choice(["succeed", "succeed", "fail", "skip"])
            one = act.override(task_id=f"t{number}", trigger_rule=rule)(outcome)
            for other in dice.sample(made, min(len(made), dice.randint(0, 3))):
                other >> one
            made.append(one)
        if seed % 2:
            begin = act.override(task_id="begin")(dice.choice(["succeed", "succeed", "fail", "skip"])).as_setup()
            work = [act.override(task_id=f"work{n}")(dice.choice(["succeed", "fail"])) for n in range(2)]
            end = act.override(task_id="end")("succeed")
            begin >> work[0] >> work[1] >> end.as_teardown(setups=begin, on_failure_fail_dagrun=bool(seed % 3))
            dice.choice(made) >> work[1]
