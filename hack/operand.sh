#!/usr/bin/env bash
# operand.sh, sourced, decides what stands for zot in this run and says so: OPERAND is zot, image or stand-in; OPERAND_IMAGE is the
# name under which the stores find it; OPERAND_TOLD is the sentence for the output.
OPERAND_IMAGE=ghcr.io/project-zot/zot:v2.1.20
if [[ -n ${ZOT_BIN:-} ]]; then
	if [[ ! -x $ZOT_BIN ]]; then
		printf 'ZOT_BIN=%s is no program; set it to the path of a zot binary\n' "$ZOT_BIN" >&2
		exit 2
	fi
	OPERAND=zot OPERAND_TOLD="the real zot, binary given as ZOT_BIN"
elif [[ -n ${ZOT_IMAGE:-} ]]; then
	# Our own cluster cannot pull: there the image is put under the name that stores take by themselves.
	[[ ${CLUSTER:-} != current ]] || OPERAND_IMAGE=$ZOT_IMAGE
	OPERAND=image OPERAND_TOLD="image $ZOT_IMAGE, given as ZOT_IMAGE"
elif [[ ${CLUSTER:-} == current ]]; then
	OPERAND=image OPERAND_TOLD="the real zot, image $OPERAND_IMAGE"
else
	OPERAND=stand-in OPERAND_TOLD="a STAND-IN, not zot (give ZOT_BIN for the real one)"
fi
export OPERAND OPERAND_IMAGE OPERAND_TOLD
