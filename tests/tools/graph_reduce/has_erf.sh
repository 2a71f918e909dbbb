#!/bin/sh
# Interesting (1): a module with graph.erf.
! grep -q graph.erf "$1"
