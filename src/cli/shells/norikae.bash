# norikae for bash: source <(norikae completion bash)
_norikae() {
  local line="${COMP_LINE:0:COMP_POINT}" value rest cur head
  local -a words
  COMPREPLY=()
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  cur="${words[${#words[@]}-1]}"
  while IFS=$'\t' read -r value rest; do
    if [[ "$value" == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$cur")
    elif [[ "$value" == "$cur"* ]]; then
      COMPREPLY+=("$value")
    fi
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  # Bash breaks words at these too, and replaces only what stands behind the last of them.
  head="${cur%"${cur##*[@:=]}"}"
  [[ -n "$head" ]] && COMPREPLY=("${COMPREPLY[@]#"$head"}")
  return 0
}
complete -F _norikae norikae
