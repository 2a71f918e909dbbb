//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_LOOP_LOOPOPS_TD
#define TESSERA_DIALECTS_LOOP_LOOPOPS_TD

include "dialects/loop/LoopAttrs.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Loop_ProgramOp : Loop_Op<"program", [FunctionOpInterface,
    IsolatedFromAbove, AffineScope, AutomaticAllocationScope]> {
  let summary = "One fused tensor program in destination-passing style";
  let description = [{
    Arguments are the inputs, then one destination for each result. On tensors
    the function type's results are the destinations' types; the body ends in
    `loop.return` whose operand i is destination i, written. After bufferization
    all arguments are memrefs and there are no results.

    C1: on tensors, the last arguments' types equal the results' types. C2: the
    body is one block that ends in `loop.return` of the results' types.

    ```mlir
    loop.program @add(%a: tensor<8xf32>, %out: tensor<8xf32>)
        -> tensor<8xf32> { ... loop.return %r : tensor<8xf32> }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<StrAttr>:$sym_visibility,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "::mlir::FunctionType":$type)>];
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// Number of destinations, the last arguments (on tensors only).
    unsigned getNumDestinations() { return getFunctionType().getNumResults(); }
    /// Number of arguments that are not destinations (on tensors only).
    unsigned getNumInputs() {
      return getFunctionType().getNumInputs() - getNumDestinations();
    }
  }];
}

def Loop_ReturnOp : Loop_Op<"return", [Pure, Terminator, ReturnLike,
                                       HasParent<"ProgramOp">]> {
  let summary = "Ends a loop.program";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange{}); }]>];
}

def Loop_CallOp : Loop_Op<"call", [Pure,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Calls a program on tensors";
  let description = [{
    Operands are the program's inputs, results its results; the memory plan
    supplies the destinations. C1: the callee exists and its types match.
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee,
                       Variadic<AnyRankedTensor>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let assemblyFormat =
      "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

def Loop_ViewOp : Loop_Op<"view", [Pure]> {
  let summary = "The same elements, row major, in another shape";
  let description = [{
    Costs nothing: the memory plan gives both one buffer. C1: both are static
    with equally many elements. C2: element types are equal.
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Loop_NestOp : Loop_Op<"nest", [AttrSizedOperandSegments,
    DestinationStyleOpInterface, SingleBlock,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "One loop nest: initial value, combination, epilogue";
  let description = [{
    Iterates over the space that `iterators` and `bounds` span. For each point
    of the parallel dimensions the accumulators start as `init` yields, `combine`
    runs over the reduction dimensions in order, and `epilogue` turns the
    accumulators into the elements that are stored. Without reduction
    dimensions `combine` runs once.

    `maps` has one affine map from the iteration space to element indices for
    each input (elements handed to `combine`), then each epilogue input, then
    each output. Maps of epilogue inputs and outputs use parallel dimensions
    only. An output's map is injective.

    With `offsets`, dimension d runs over [offset, offset + bound): a tile of a
    larger nest, whose bounds `of` gives. Applying a schedule leaves loops
    around such tiles. Where the tile has a part of a reduction, the output
    holds the sum of the parts before it, and `epilogue` follows the last one.

    This is linalg.generic with a known initial value and an epilogue, what the
    register-tile emission needs: accumulators never touch memory.

    C1: one map for each operand, over as many dimensions as there are
    iterators, with as many results as the operand's rank. C2: bounds are
    positive or zero, one for each iterator. C3: combine takes one element for
    each input, then the accumulators, and yields the accumulators' types. C4:
    epilogue takes the accumulators, then one element for each epilogue input,
    and yields one element for each output. C5: epilogue inputs' and outputs'
    maps use no reduction dimension. C6: the schedule, if any, is legal. C7: offsets are
    absent or one for each dimension, and so are the bounds of the whole.

    ```mlir
    %r = loop.nest bounds [4, 8, 16] iterators [#loop<iterator parallel>,
        #loop<iterator parallel>, #loop<iterator reduction>]
      maps [affine_map<(d0, d1, d2) -> (d0, d2)>,
        affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d1)>,
        affine_map<(d0, d1, d2) -> (d0, d1)>]
      ins(%a, %b : tensor<4x16xf32>, tensor<16x8xf32>)
      epilogue_ins(%bias : tensor<8xf32>) outs(%out : tensor<4x8xf32>)
      init {
        %zero = arith.constant 0.0 : f32
        loop.yield %zero : f32
      } combine {
      ^bb0(%x: f32, %y: f32, %acc: f32):
        %product = arith.mulf %x, %y : f32
        %sum = arith.addf %acc, %product : f32
        loop.yield %sum : f32
      } epilogue {
      ^bb0(%acc: f32, %z: f32):
        %sum = arith.addf %acc, %z : f32
        loop.yield %sum : f32
      } -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyShaped>:$inputs,
    Variadic<AnyShaped>:$epilogue_inputs, Variadic<AnyShaped>:$outputs,
    Variadic<Index>:$offsets, AffineMapArrayAttr:$maps, Loop_IteratorKindArrayAttr:$iterators,
    DenseI64ArrayAttr:$bounds, OptionalAttr<AnyAttr>:$schedule,
    OptionalAttr<DenseI64ArrayAttr>:$whole);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$init, SizedRegion<1>:$combine,
                        SizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  // A nest that is no tile of another.
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results,
      "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$epilogueInputs,
      "::mlir::ValueRange":$outputs, "::mlir::ArrayAttr":$maps,
      "::mlir::ArrayAttr":$iterators, "::mlir::DenseI64ArrayAttr":$bounds,
      CArg<"::mlir::Attribute", "{}">:$schedule), [{
    build($_builder, $_state, results, inputs, epilogueInputs, outputs,
          ::mlir::ValueRange{}, maps, iterators, bounds, schedule,
          ::mlir::DenseI64ArrayAttr());
  }]>];
  let assemblyFormat = [{
    `bounds` $bounds `iterators` $iterators `maps` $maps
    (`schedule` $schedule^)?
    (`at` `(` $offsets^ `)`)? (`of` $whole^)?
    `ins` `(` ($inputs^ `:` type($inputs))? `)`
    `epilogue_ins` `(` ($epilogue_inputs^ `:` type($epilogue_inputs))? `)`
    `outs` `(` $outputs `:` type($outputs) `)` attr-dict
    `init` $init `combine` $combine `epilogue` $epilogue
    (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputsMutable();
    }
    unsigned getNumDims() { return getBounds().size(); }
    bool isReduction(unsigned dim) {
      return ::llvm::cast<IteratorKindAttr>(getIterators()[dim]).getValue() ==
             IteratorKind::reduction;
    }
    bool isParallel(unsigned dim) { return !isReduction(dim); }
    unsigned getNumReductions() {
      unsigned count = 0;
      for (unsigned d = 0, e = getNumDims(); d < e; ++d) {
        count += isReduction(d);
      }
      return count;
    }
    ::mlir::AffineMap getInputMap(unsigned i) {
      return ::llvm::cast<::mlir::AffineMapAttr>(getMaps()[i]).getValue();
    }
    ::mlir::AffineMap getEpilogueInputMap(unsigned i) {
      return getInputMap(getInputs().size() + i);
    }
    ::mlir::AffineMap getOutputMap(unsigned i) {
      return getInputMap(getInputs().size() + getEpilogueInputs().size() + i);
    }
    /// If `combine` is acc + x * y on its only two inputs (widened at most).
    bool isContraction();
  }];
}

def Loop_IndexOp : Loop_Op<"index", [Pure]> {
  let summary = "The current index of a dimension of the enclosing loop.nest";
  let description = [{C1: inside of a nest that has that dimension.}];
  let arguments = (ins I64Attr:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$dim attr-dict";
  let hasVerifier = 1;
}

def Loop_YieldOp : Loop_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "Ends a region of loop.nest, or of loop.parallel";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange{}); }]>];
}

def Loop_ParallelOp : Loop_Op<"parallel", [SingleBlock,
    RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A loop whose iterations may run on any threads";
  let description = [{
    The body's argument is the iteration in [0, count). Iterations write
    disjoint memory. Becomes a call of the ABI's parallel_for.
  }];
  let arguments = (ins Index:$count);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$count $body attr-dict";
}

def Loop_ShareStartOp : Loop_Op<"share_start", [Pure]> {
  let summary = "The first iteration of the share of loop.parallel being run";
  let description = [{
    A thread runs a share of the iterations of a `loop.parallel`, one after
    another. Shares are disjoint, so that memory picked by this number belongs
    to the share alone, and a thread that runs all finds it warm.

    C1: inside of a `loop.parallel`.
  }];
  let results = (outs Index:$result);
  let assemblyFormat = "attr-dict";
  let hasVerifier = 1;
}

#endif // TESSERA_DIALECTS_LOOP_LOOPOPS_TD
