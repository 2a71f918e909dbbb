//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphImporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::tessera::onnx_to_graph {

/// Nodes imported, those of unrolled loops counted each time.
static constexpr int64_t nodeLimit = 200000;

void GraphImporter::addError(const std::string &message) {
  // An unrolled body repeats its errors.
  if (knownErrors.insert(message).second) {
    errors.push_back(message);
  }
}

//===-- Scopes ------------------------------------------------------------===//

bool GraphImporter::lookUp(StringRef name, Value &value) const {
  for (const Scope *level = scope; level; level = level->parent) {
    auto found = level->values.find(name);
    if (found != level->values.end()) {
      value = found->second;
      return static_cast<bool>(value);
    }
  }
  return false;
}

void GraphImporter::define(StringRef name, Value value) {
  scope->values[name] = value;
}

void GraphImporter::markFailed(const onnx::NodeProto &node) {
  for (const std::string &output : node.output()) {
    define(output, {});
  }
}

//===-- Inputs ------------------------------------------------------------===//

static bool isInitializer(const onnx::GraphProto &graph, StringRef name) {
  return llvm::any_of(graph.initializer(), [&](const auto &tensor) {
    return tensor.name() == name;
  });
}

bool GraphImporter::checkOptions() {
  size_t before = errors.size();
  auto check = [&](const std::string &name, StringRef option) {
    std::string known;
    for (const auto &input : model.graph().input()) {
      if (input.name() == name) {
        return;
      }
      if (!isInitializer(model.graph(), input.name())) {
        known += (known.empty() ? "'" : ", '") + printable(input.name()) + "'";
      }
    }
    addError((option + " names '" + printable(name) +
              "', which is no input of the model; its inputs: " + known)
                 .str());
  };
  for (const auto &entry : options.inputShapes) {
    check(entry.first, "--input-shape");
  }
  for (const auto &entry : options.boundInputs) {
    check(entry.first, "--bind-input");
  }
  return errors.size() == before;
}

bool GraphImporter::bindSymbols() {
  bool good = true;
  for (const auto &input : model.graph().input()) {
    if (!input.type().has_tensor_type()) {
      continue;
    }
    const auto &dims = input.type().tensor_type().shape().dim();
    SmallVector<int64_t> sizes;
    auto given = options.inputShapes.find(input.name());
    if (given != options.inputShapes.end()) {
      sizes.assign(given->second.begin(), given->second.end());
    }
    auto bound = options.boundInputs.find(input.name());
    if (bound != options.boundInputs.end()) {
      sizes.assign(bound->second.getType().getShape().begin(),
                   bound->second.getType().getShape().end());
    }
    for (int i = 0; i < dims.size() && i < static_cast<int>(sizes.size());
         ++i) {
      if (dims[i].dim_param().empty()) {
        continue;
      }
      int64_t &size =
          symbols.try_emplace(dims[i].dim_param(), sizes[i]).first->second;
      if (size != sizes[i]) {
        addError("input '" + printable(input.name()) + "': dimension '" +
                 printable(dims[i].dim_param()) + "' is bound to " +
                 std::to_string(sizes[i]) + " here, but to " +
                 std::to_string(size) + " at another input");
        good = false;
      }
    }
  }
  return good;
}

/// "NxM" for messages; unknown sizes by name or as ?.
static std::string dimsText(const onnx::TensorShapeProto &shape) {
  std::string text;
  for (const auto &dim : shape.dim()) {
    text += text.empty() ? "" : "x";
    text += dim.has_dim_value()       ? std::to_string(dim.dim_value())
            : dim.dim_param().empty() ? "?"
                                      : printable(dim.dim_param());
  }
  return text;
}

RankedTensorType GraphImporter::inputType(const onnx::ValueInfoProto &input) {
  std::string name = printable(input.name());
  std::string head = "input '" + name + "': ";
  if (!input.type().has_tensor_type()) {
    addError(head + "is no tensor; supported: tensors");
    return {};
  }
  const auto &type = input.type().tensor_type();
  Type element = elementType(context, type.elem_type());
  if (!element) {
    addError(head + "element type " + dataTypeName(type.elem_type()) +
             " is not supported; supported: floats of 16 to 64 bits, "
             "integers of 8 to 64 bits, BOOL");
    return {};
  }
  auto given = options.inputShapes.find(input.name());
  bool isGiven = given != options.inputShapes.end();
  if (!type.has_shape() && !isGiven) {
    addError(head + "has no shape; give it with --input-shape " + name +
             "=<sizes>");
    return {};
  }
  SmallVector<int64_t> shape;
  if (isGiven) {
    shape.assign(given->second.begin(), given->second.end());
    if (type.has_shape() &&
        type.shape().dim_size() != static_cast<int>(shape.size())) {
      addError(head + "--input-shape has " + std::to_string(shape.size()) +
               " sizes, but the model has " + dimsText(type.shape()));
      return {};
    }
  }
  for (int i = 0; i < type.shape().dim_size(); ++i) {
    const auto &dim = type.shape().dim(i);
    bool isSymbol = !dim.has_dim_value();
    auto symbol = symbols.find(dim.dim_param());
    if (isGiven) {
      if (!isSymbol && dim.dim_value() != shape[i]) {
        addError(head + "--input-shape has size " + std::to_string(shape[i]) +
                 " at dimension " + std::to_string(i) + ", but the model has " +
                 dimsText(type.shape()));
        return {};
      }
    } else if (!isSymbol) {
      shape.push_back(dim.dim_value());
    } else if (symbol != symbols.end() && !dim.dim_param().empty()) {
      shape.push_back(symbol->second);
    } else {
      addError(head + "dimension " + std::to_string(i) +
               (dim.dim_param().empty()
                    ? ""
                    : " ('" + printable(dim.dim_param()) + "')") +
               " of " + dimsText(type.shape()) +
               " is not bound; give --input-shape " + name + "=<sizes>");
      return {};
    }
  }
  if (!elementCount(shape)) {
    addError(head + "its size overflows or is negative");
    return {};
  }
  return RankedTensorType::get(shape, element);
}

void GraphImporter::importBoundInput(const onnx::ValueInfoProto &input,
                                     DenseElementsAttr value) {
  const auto &type = input.type().tensor_type();
  std::string head = "input '" + printable(input.name()) + "': ";
  define(input.name(), {});
  if (elementType(context, type.elem_type()) != value.getElementType()) {
    addError(head +
             "the value given with --bind-input has another element "
             "type than " +
             dataTypeName(type.elem_type()));
    return;
  }
  if (type.has_shape() && type.shape().dim_size() == 0 &&
      value.getNumElements() == 1) {
    // Files tend to hold [1] for a scalar, as ONNX Runtime allows.
    value = value.reshape(RankedTensorType::get({}, value.getElementType()));
  }
  ArrayRef<int64_t> shape = value.getType().getShape();
  bool fits = !type.has_shape() ||
              type.shape().dim_size() == static_cast<int>(shape.size());
  for (int i = 0; fits && i < type.shape().dim_size(); ++i) {
    const auto &dim = type.shape().dim(i);
    fits = !dim.has_dim_value() || dim.dim_value() == shape[i];
  }
  if (!fits) {
    addError(head +
             "the value given with --bind-input has another shape "
             "than " +
             dimsText(type.shape()));
    return;
  }
  emitter->setLocation(
      NameLoc::get(StringAttr::get(context, printable(input.name()))));
  define(input.name(), emitter->constant(value));
}

void GraphImporter::importInputs(Block *block,
                                 SmallVectorImpl<Attribute> &names) {
  llvm::StringSet<> constants;
  for (const auto &tensor : model.graph().initializer()) {
    constants.insert(tensor.name());
  }
  for (const auto &input : model.graph().input()) {
    if (constants.contains(input.name())) {
      continue;
    }
    auto bound = options.boundInputs.find(input.name());
    if (bound != options.boundInputs.end()) {
      importBoundInput(input, bound->second);
      continue;
    }
    RankedTensorType type = inputType(input);
    auto name = StringAttr::get(context, printable(input.name()));
    define(input.name(),
           type ? block->addArgument(type, NameLoc::get(name)) : Value());
    names.push_back(name);
  }
}

void GraphImporter::importInitializers(const onnx::GraphProto &graph) {
  for (const auto &tensor : graph.initializer()) {
    std::string error;
    ElementsAttr value = tensors.read(tensor, error);
    if (!value) {
      addError("initializer '" + printable(tensor.name()) + "': " + error);
      define(tensor.name(), {});
      continue;
    }
    emitter->setLocation(
        NameLoc::get(StringAttr::get(context, printable(tensor.name()))));
    define(tensor.name(), emitter->constant(value));
  }
}

//===-- Nodes -------------------------------------------------------------===//

std::string describeNode(const onnx::NodeProto &node, const OpRow *row,
                         int64_t opset) {
  std::string domain = printable(canonicalDomain(node.domain()));
  std::string text = "node '" + nodeName(node) + "' (" +
                     (domain.empty() ? "" : domain + ".") +
                     printable(node.op_type());
  if (row && row->versionAt(opset)) {
    text += ", version " + std::to_string(row->versionAt(opset));
  } else {
    text += ", opset " + std::to_string(opset);
  }
  return text + "): ";
}

/// Operands of a node, without names left empty at the end.
static int countOperands(const onnx::NodeProto &node) {
  int count = node.input_size();
  while (count > 0 && node.input(count - 1).empty()) {
    --count;
  }
  return count;
}

bool GraphImporter::countNode(const std::string &head) {
  ++nodeCount;
  if (nodeCount == nodeLimit + 1) {
    addError(head + "the model has over " + std::to_string(nodeLimit) +
             " nodes, loops unrolled");
  }
  return nodeCount <= nodeLimit;
}

void GraphImporter::importNode(const onnx::NodeProto &node) {
  StringRef domain = canonicalDomain(node.domain());
  int64_t opset = model.opset(node, domain);
  const OpRow *row = OpTable::get().find(domain, node.op_type());
  std::string head = describeNode(node, row, opset);
  if (!countNode(head)) {
    markFailed(node);
    return;
  }
  if (opset == 0) {
    addError(head + "the model imports no opset of the domain '" +
             printable(domain) + "'");
  } else if (!row) {
    addError(head +
             "is not supported; supported: no form of it, the op is unknown");
  } else if (!row->versionAt(opset)) {
    addError(head + "does not exist in this opset; supported: opset " +
             std::to_string(row->versions.front()) + " or later");
  } else if (!row->import) {
    addError(head + "is not supported; supported: " + row->hint.str());
  } else if (int limit = row->maxOperands(opset); countOperands(node) > limit) {
    addError(head + "it has " + std::to_string(countOperands(node)) +
             " inputs, expected at most " + std::to_string(limit));
  } else if (checkAttributes(node, *row, opset, errors)) {
    importSupportedNode(node, *row, opset);
    return;
  }
  markFailed(node);
}

void GraphImporter::importSupportedNode(const onnx::NodeProto &node,
                                        const OpRow &row, int64_t opset) {
  SmallVector<Value> operands;
  for (const std::string &input : node.input()) {
    Value value;
    if (!input.empty() && !lookUp(input, value)) {
      // The error that made it null is listed already.
      markFailed(node);
      return;
    }
    operands.push_back(value);
  }
  Location location = NameLoc::get(StringAttr::get(context, nodeName(node)));
  emitter->setLocation(location);
  emitter->clearError();
  NodeContext nodeContext(*this, *emitter, node, opset, std::move(operands));
  LogicalResult imported = row.import(nodeContext);
  ArrayRef<Value> results = nodeContext.takeResults();
  if (failed(imported)) {
    StringRef message = nodeContext.message().empty() ? emitter->error()
                                                      : nodeContext.message();
    // Only an error inside of a body, listed already, leaves none.
    if (!message.empty()) {
      addError(describeNode(node, &row, opset) + printable(message));
    }
    markFailed(node);
    return;
  }
  for (int i = 0; i < node.output_size(); ++i) {
    bool given = i < static_cast<int>(results.size());
    if (!given && !node.output(i).empty()) {
      addError(describeNode(node, &row, opset) + "output " + std::to_string(i) +
               " '" + printable(node.output(i)) +
               "' is not supported; supported: " +
               std::to_string(results.size()) + " output(s)");
    }
    define(node.output(i), given ? results[i] : Value());
  }
}

LogicalResult GraphImporter::importBody(const onnx::GraphProto &body,
                                        ArrayRef<Value> inputs,
                                        SmallVectorImpl<Value> &outputs) {
  if (body.input_size() != static_cast<int>(inputs.size())) {
    return failure();
  }
  // An empty body counts too.
  if (!countNode("")) {
    outputs.assign(body.output_size(), Value());
    return success();
  }
  Scope inner;
  inner.parent = scope;
  scope = &inner;
  Location location = emitter->location();
  for (int i = 0; i < body.input_size(); ++i) {
    define(body.input(i).name(), inputs[i]);
  }
  importInitializers(body);
  for (const onnx::NodeProto &node : body.node()) {
    importNode(node);
  }
  for (const auto &output : body.output()) {
    Value value;
    lookUp(output.name(), value);
    outputs.push_back(value);
  }
  scope = inner.parent;
  emitter->setLocation(location);
  emitter->clearError();
  return success();
}

//===-- Outputs -----------------------------------------------------------===//

/// What ONNX calls an element type of the importer.
static std::string elementName(Type element) {
  int32_t dataType = onnx::TensorProto::FLOAT;
  while (elementType(element.getContext(), dataType) != element) {
    ++dataType;
  }
  return dataTypeName(dataType);
}

/// "NxM".
static std::string sizesText(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text;
}

/// What a type declares that `type` is not, or nothing. Sizes by name or left
/// out declare nothing.
static std::string findContradiction(const onnx::TypeProto::Tensor &declared,
                                     RankedTensorType type) {
  Type element = type.getElementType();
  if (declared.elem_type() != onnx::TensorProto::UNDEFINED &&
      elementType(type.getContext(), declared.elem_type()) != element) {
    return "declared as " + dataTypeName(declared.elem_type()) +
           ", but the graph computes " + elementName(element);
  }
  if (!declared.has_shape()) {
    return "";
  }
  ArrayRef<int64_t> shape = type.getShape();
  const auto &dims = declared.shape().dim();
  bool fits = dims.size() == static_cast<int>(shape.size());
  for (int i = 0; fits && i < dims.size(); ++i) {
    fits = !dims[i].has_dim_value() || dims[i].dim_value() == shape[i];
  }
  return fits ? ""
              : "declared with sizes [" + dimsText(declared.shape()) +
                    "], but the graph computes [" + sizesText(shape) + "]";
}

Value GraphImporter::findOutput(const onnx::ValueInfoProto &output) {
  std::string head = "graph output '" + printable(output.name()) + "' is ";
  Value value;
  if (!lookUp(output.name(), value)) {
    addError(head + "not defined");
    return {};
  }
  if (!output.type().has_tensor_type()) {
    return value;
  }
  std::string contradiction = findContradiction(output.type().tensor_type(),
                                                GraphEmitter::typeOf(value));
  if (!contradiction.empty()) {
    addError(head + contradiction);
  }
  return value;
}

//===-- Module ------------------------------------------------------------===//

/// Erases ops without users: what folded away.
static void eraseUnused(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (op.use_empty() && isMemoryEffectFree(&op) &&
        !op.hasTrait<OpTrait::IsTerminator>()) {
      op.erase();
    }
  }
}

OwningOpRef<ModuleOp> GraphImporter::buildModule() {
  std::string graphName = printable(model.graph().name());
  Location location = NameLoc::get(StringAttr::get(context, graphName));
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  OpBuilder builder(module->getBodyRegion());
  (*module)->setAttr("graph.model_name", builder.getStringAttr(graphName));
  (*module)->setAttr("graph.opset", builder.getI64IntegerAttr(model.opset()));
  auto function = builder.create<func::FuncOp>(location, "main",
                                               builder.getFunctionType({}, {}));
  Block *block = function.addEntryBlock();
  emitter = std::make_unique<GraphEmitter>(context, block);

  SmallVector<Attribute> inputNames, outputNames;
  importInitializers(model.graph());
  importInputs(block, inputNames);
  for (const onnx::NodeProto &node : model.graph().node()) {
    importNode(node);
  }
  if (!errors.empty()) {
    return {};
  }
  SmallVector<Value> outputs;
  for (const auto &output : model.graph().output()) {
    outputs.push_back(findOutput(output));
    outputNames.push_back(builder.getStringAttr(printable(output.name())));
  }
  if (!errors.empty()) {
    return {};
  }
  emitter->builder().create<func::ReturnOp>(location, outputs);
  function.setType(builder.getFunctionType(block->getArgumentTypes(),
                                           ValueRange(outputs).getTypes()));
  for (auto [index, name] : llvm::enumerate(inputNames)) {
    function.setArgAttr(index, "graph.name", name);
  }
  for (auto [index, name] : llvm::enumerate(outputNames)) {
    function.setResultAttr(index, "graph.name", name);
  }
  eraseUnused(*block);
  return module;
}

OwningOpRef<ModuleOp> GraphImporter::run() {
  context->loadDialect<graph::GraphDialect, func::FuncDialect>();
  Scope outermost;
  scope = &outermost;
  OwningOpRef<ModuleOp> module;
  if (checkOptions() && bindSymbols()) {
    module = buildModule();
  }
  scope = nullptr;
  if (module) {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      addError("internal error of the importer: " +
               printable(diagnostic.str()));
      return success();
    });
    if (failed(verify(*module)) && errors.empty()) {
      addError("internal error of the importer: invalid IR");
    }
  }
  return errors.empty() ? std::move(module) : OwningOpRef<ModuleOp>();
}

} // namespace mlir::tessera::onnx_to_graph
