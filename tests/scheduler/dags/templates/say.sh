echo "{{ params.n }} from a file"
