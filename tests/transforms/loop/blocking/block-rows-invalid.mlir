// RUN: graph-opt -loop-block-rows -verify-diagnostics %s
// Without a target the size of a block is not known.

// expected-error @below {{'loop.program' op expected a module with a 'loop.target' attribute}}
loop.program @no_target(%out: memref<4xf32>) {
  loop.return
}
