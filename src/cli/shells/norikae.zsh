#compdef norikae
# norikae for zsh, after compinit: source <(norikae completion zsh)
_norikae() {
  local -a lines described
  local line
  lines=("${(@f)$("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in "${lines[@]}"; do
    [[ -z "$line" ]] && continue
    described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe -V norikae described
}
if [[ "${funcstack[1]}" == "_norikae" ]]; then _norikae "$@"; else compdef _norikae norikae; fi
