#include "tools/graph_opt/Registration.h"

#include "mlir/Transforms/Passes.h"

namespace mlir::tessera {

void registerPasses() { registerTransformsPasses(); }

} // namespace mlir::tessera
