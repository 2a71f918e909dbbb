// RUN: graph-opt %s -verify-diagnostics
// An unknown dialect is refused.

func.func @unknown_dialect() {
  // expected-error @+1 {{Dialect `nowhere' not found for custom op 'nowhere.op'}}
  nowhere.op
  return
}
