# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of vmalocktop's command line; the options are those that its --help lists.

_vmalocktop() {
	local cur prev words cword split
	_init_completion -s || return
	case $prev in
	-p | --pid)
		_pids
		return
		;;
	-c | --cgroup)
		_filedir -d
		return
		;;
	--record | --replay)
		_filedir
		return
		;;
	--by)
		mapfile -t COMPREPLY < <(compgen -W 'vma process thread cgroup op' -- "$cur")
		return
		;;
	--sort)
		mapfile -t COMPREPLY < <(compgen -W 'lost total count avg max' -- "$cur")
		return
		;;
	-t | --tid | -n | --comm | --longer-than | --min-vma | --duration | --max-entries | --sample | --max-stack | --listen | --top-vmas)
		return
		;;
	esac
	if [ -z "$split" ] || ! $split; then
		mapfile -t COMPREPLY < <(compgen -W "$(_parse_help "$1")" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
	fi
}
complete -F _vmalocktop vmalocktop
