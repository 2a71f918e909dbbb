#include "tools/graph_opt/Registration.h"

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::tessera {

void registerPasses() {
  registerGraphToLoopPasses();
  registerTransformsPasses();
}

} // namespace mlir::tessera
