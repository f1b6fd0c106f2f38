# Completion of coneyctl and its other names: commands, options, and the names that commands take.

_coneyctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}
  local -a where=()
  local i command=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --data-dir | --config | --url | --password-file)
        where+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}")
        ((i++))
        ;;
      -n | --node | -p | --vhost | -t | --timeout | --formatter | --ca-file) ((i++)) ;;
      -*) ;;
      *) [ -n "$command" ] || command=${COMP_WORDS[i]} ;;
    esac
  done

  _coneyctl_ask() { "$program" "${where[@]}" --silent --timeout 2 "$@" 2>/dev/null; }
  _coneyctl_offer() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }

  case $before in
    --formatter) _coneyctl_offer 'table pretty_table json csv' && return ;;
    --apply-to) _coneyctl_offer 'all queues classic_queues quorum_queues streams exchanges' && return ;;
    --default-queue-type) _coneyctl_offer 'classic quorum stream' && return ;;
    -p | --vhost) _coneyctl_offer "$(_coneyctl_ask list_vhosts)" && return ;;
    --data-dir | --config | --password-file | --ca-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
  esac
  if [[ $word == -* ]]; then
    _coneyctl_offer '--node --vhost --timeout --quiet --silent --no-table-headers --formatter
      --data-dir --config --url --password-file --ca-file --help'
  elif [ -z "$command" ]; then
    mapfile -t COMPREPLY < <("$program" autocomplete "$word" 2>/dev/null)
  else
    case $command in
      delete_user | change_password | clear_password | set_user_tags | authenticate_user | \
        *_permissions | *_user_limits)
        _coneyctl_offer "$(_coneyctl_ask list_users | cut -f1)"
        ;;
      delete_vhost | *_vhost_deletion_protection | set_vhost_tags | update_vhost_metadata)
        _coneyctl_offer "$(_coneyctl_ask list_vhosts)"
        ;;
      delete_queue | purge_queue | peek | move_messages | quorum_status | stream_status) _coneyctl_offer "$(_coneyctl_ask list_queues name)" ;;
      set_log_level) _coneyctl_offer 'debug info notice warning error critical none' ;;
      help) mapfile -t COMPREPLY < <("$program" autocomplete "$word" 2>/dev/null) ;;
      import_definitions | export_definitions)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    esac
  fi
}

complete -F _coneyctl coneyctl rabbitmqctl rabbitmq-diagnostics rabbitmq-queues rabbitmq-plugins
