//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributes.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::mlir::tessera::graph";
  let summary = "Whole neural networks as SSA on ranked tensors";
  let description = [{
    Ops are about as coarse as the operators of ONNX, on builtin ranked tensors
    with static or dynamic dimensions. Integers of signless type are signed;
    unsigned ones are spelled `ui8` to `ui64`. Every op infers its result types.
    Passes ask interfaces (elementwise, fusion kind, channels-last, transposable)
    and never switch over op names.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
  private:
    /// Adds the ops; apart from the attributes, in the file that defines them.
    void addGraphOps();
  }];
}

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, traits>;

//===-- Types -------------------------------------------------------------===//

def Graph_Float : AnyTypeOf<[F16, BF16, F32, F64], "float">;
def Graph_Int : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64],
                          "integer of 8 to 64 bits">;
def Graph_Number : AnyTypeOf<[Graph_Float, Graph_Int], "number">;
def Graph_Element : AnyTypeOf<[Graph_Number, I1], "number or i1">;

def Graph_Tensor : RankedTensorOf<[Graph_Element]>;
def Graph_NumberTensor : RankedTensorOf<[Graph_Number]>;
def Graph_FloatTensor : RankedTensorOf<[Graph_Float]>;
def Graph_IntTensor : RankedTensorOf<[Graph_Int]>;
def Graph_BoolTensor : RankedTensorOf<[I1]>;
def Graph_IndexTensor : RankedTensorOf<[I32, I64]>;

//===-- Enumerations ------------------------------------------------------===//

// Spelled #graph.reduce_kind<sum>.
class Graph_EnumAttr<EnumAttrInfo info, string mnemonic>
    : EnumAttr<Graph_Dialect, info, mnemonic> {
  let assemblyFormat = "`<` $value `>`";
}

def Graph_ReduceKind : I32EnumAttr<"ReduceKind", "what a reduction computes", [
  I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"mean", 1>,
  I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"min", 3>,
  I32EnumAttrCase<"prod", 4>, I32EnumAttrCase<"all", 5>,
  I32EnumAttrCase<"any", 6>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_ReduceKindAttr
    : Graph_EnumAttr<Graph_ReduceKind, "reduce_kind">;

def Graph_PadMode : I32EnumAttr<"PadMode", "what lies outside of a tensor", [
  I32EnumAttrCase<"constant", 0>, I32EnumAttrCase<"reflect", 1>,
  I32EnumAttrCase<"edge", 2>, I32EnumAttrCase<"wrap", 3>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_PadModeAttr : Graph_EnumAttr<Graph_PadMode, "pad_mode">;

def Graph_ResizeMode : I32EnumAttr<"ResizeMode", "how a resize interpolates", [
  I32EnumAttrCase<"nearest", 0>, I32EnumAttrCase<"linear", 1>,
  I32EnumAttrCase<"cubic", 2>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_ResizeModeAttr
    : Graph_EnumAttr<Graph_ResizeMode, "resize_mode">;

def Graph_CoordinateMode
    : I32EnumAttr<"CoordinateMode", "which source point an output pixel means", [
  I32EnumAttrCase<"half_pixel", 0>, I32EnumAttrCase<"pytorch_half_pixel", 1>,
  I32EnumAttrCase<"align_corners", 2>, I32EnumAttrCase<"asymmetric", 3>,
  I32EnumAttrCase<"half_pixel_symmetric", 4>,
  I32EnumAttrCase<"tf_crop_and_resize", 5>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_CoordinateModeAttr
    : Graph_EnumAttr<Graph_CoordinateMode, "coordinate_mode">;

def Graph_NearestMode : I32EnumAttr<"NearestMode", "how nearest rounds", [
  I32EnumAttrCase<"round_prefer_floor", 0>,
  I32EnumAttrCase<"round_prefer_ceil", 1>, I32EnumAttrCase<"floor", 2>,
  I32EnumAttrCase<"ceil", 3>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_NearestModeAttr
    : Graph_EnumAttr<Graph_NearestMode, "nearest_mode">;

def Graph_ScatterKind
    : I32EnumAttr<"ScatterKind", "how a scattered element combines", [
  I32EnumAttrCase<"none", 0>, I32EnumAttrCase<"add", 1>,
  I32EnumAttrCase<"mul", 2>, I32EnumAttrCase<"max", 3>,
  I32EnumAttrCase<"min", 4>]> {
  let cppNamespace = "::mlir::tessera::graph";
  let genSpecializedAttr = 0;
}
def Graph_ScatterKindAttr
    : Graph_EnumAttr<Graph_ScatterKind, "scatter_kind">;

def Graph_FusionKind
    : I32EnumAttr<"FusionKind", "how an op may be fused with its neighbours", [
  // Each output element depends on the same element of each operand, or on its
  // broadcast: may follow or precede anything.
  I32EnumAttrCase<"elementwise", 0>,
  // Each output element is one input element elsewhere: data movement.
  I32EnumAttrCase<"injective", 1>,
  // Elementwise ops may follow; elementwise ops may precede.
  I32EnumAttrCase<"reduction", 2>,
  // Elementwise ops may follow in registers.
  I32EnumAttrCase<"contraction", 3>,
  // Only a view of the same bytes: costs nothing, stays outside of kernels.
  I32EnumAttrCase<"view", 4>,
  // Stands alone.
  I32EnumAttrCase<"opaque", 5>]> {
  let cppNamespace = "::mlir::tessera::graph";
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_TD
