# To be sourced by scripts, and included by the Makefile: what the operator's image is called, without a tag. Those of bundle, catalog
# and must-gather have this name with an ending.
OPERATOR=ghcr.io/zot-artifact-store/operator
