// RUN: graph-opt %s -verify-diagnostics
// The tool verifies what it parses.

func.func @wrong_result(%x: i32) -> f32 {
  // expected-error @+1 {{type of return operand 0 ('i32') doesn't match function result type ('f32')}}
  "func.return"(%x) : (i32) -> ()
}
