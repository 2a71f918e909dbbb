// RUN: graph-opt -loop-choose-algorithms -verify-diagnostics %s
// Without a target no algorithm is chosen.

// expected-error @below {{'loop.program' op expected a module with a 'loop.target' attribute}}
loop.program @no_target(%out: memref<4xf32>) {
  loop.return
}
