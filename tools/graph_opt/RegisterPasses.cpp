#include "tools/graph_opt/Registration.h"

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "mlir/Transforms/Passes.h"
#include "transforms/graph/Pipelines.h"

namespace mlir::tessera {

void registerPasses() {
  registerGraphToLoopPasses();
  registerTransformsPasses();
  graph::registerGraphTransforms();
}

} // namespace mlir::tessera
