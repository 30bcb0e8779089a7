select {{ params.n }} as n, "{{ ds | length }}" -- {{ shout("x") }} {{ "a" | twice }}
