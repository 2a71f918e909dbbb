//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ScheduleTestFixture.h"

#include "compiler/driver/Stages.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tests/runner/ScheduleSampler.h"
#include "transforms/loop/AnalyticSchedule.h"
#include "transforms/loop/Bufferize.h"
#include "transforms/loop/Passes.h"

using namespace mlir;
using namespace mlir::tessera;

const std::vector<int64_t> ScheduleTest::sizes = {1,  2,  3,  5,  7, 13,
                                                  17, 31, 33, 64, 65};

ScheduleTest::ScheduleTest() : context(MLIRContext::Threading::DISABLED) {
  DialectRegistry registry;
  registry.insert<affine::AffineDialect, arith::ArithDialect,
                  bufferization::BufferizationDialect, func::FuncDialect,
                  LLVM::LLVMDialect, loop::LoopDialect, math::MathDialect,
                  scf::SCFDialect, tensor::TensorDialect>();
  loop::registerBufferization(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

ScheduleTest::Values ScheduleTest::drawArguments(func::FuncOp main,
                                                 const Options &options) {
  Values arguments;
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes())) {
    auto count = options.counts.find(i);
    bool isFloat = isa<FloatType>(cast<ShapedType>(type).getElementType());
    InterpretedValue argument{type, {}};
    argument.elements.resize(cast<ShapedType>(type).getNumElements());
    for (Element &element : argument.elements) {
      int64_t number = count == options.counts.end()
                           ? static_cast<int64_t>(random() % 9) - 4
                           : static_cast<int64_t>(random() % count->second);
      if (isFloat) {
        element.real = static_cast<double>(number);
      } else {
        element.integer = number;
      }
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

OwningOpRef<ModuleOp> ScheduleTest::makeVariants(ModuleOp module,
                                                 const CpuTarget &target,
                                                 const Options &options) {
  OwningOpRef<ModuleOp> variants = module.clone();
  (*variants)->setAttr(loop::kTargetAttrName, getTargetAttr(&context, target));
  PassManager toBuffers(&context);
  toBuffers.addPass(loop::createLoopBufferizePass());
  EXPECT_TRUE(succeeded(toBuffers.run(*variants)));
  auto kernel = variants->lookupSymbol<loop::ProgramOp>("kernel");
  auto main = variants->lookupSymbol<func::FuncOp>("main");
  if (options.packed >= 0) {
    kernel.setArgAttr(options.packed, loop::kConstantArgAttrName,
                      UnitAttr::get(&context));
  }
  OpBuilder builder = OpBuilder::atBlockEnd(variants->getBody());
  for (unsigned i = 0; i < options.numSchedules + 2; ++i) {
    auto program = cast<loop::ProgramOp>(builder.clone(*kernel));
    program.setSymName("kernel" + std::to_string(i));
    loop::NestOp nest = *program.getOps<loop::NestOp>().begin();
    if (i != 1) { // which the pass gives the analytic one
      nest.setScheduleAttr(i == 0 ? makeScalarSchedule(nest)
                                  : drawSchedule(nest, random));
    }
    auto function = cast<func::FuncOp>(builder.clone(*main));
    function.setSymName("main" + std::to_string(i));
    function.walk(
        [&](loop::CallOp call) { call.setCallee(program.getSymName()); });
  }
  main.erase();
  kernel.erase();
  PassManager schedule(&context);
  schedule.addNestedPass<loop::ProgramOp>(
      loop::createLoopAttachSchedulesPass(nullptr));
  schedule.addPass(loop::createLoopPackOperandsPass());
  schedule.addNestedPass<loop::ProgramOp>(loop::createLoopPackComputedPass());
  schedule.addNestedPass<loop::ProgramOp>(loop::createLoopPlanScratchPass());
  EXPECT_TRUE(succeeded(schedule.run(*variants)));
  return variants;
}

/// What differs between two values, or nothing.
static std::string findDifference(const InterpretedValue &value,
                                  const InterpretedValue &expected) {
  for (size_t i = 0; i < expected.elements.size(); ++i) {
    const Element &a = value.elements[i], &b = expected.elements[i];
    if (a.real != b.real || a.integer != b.integer) {
      return "element " + std::to_string(i) + " is " + std::to_string(a.real) +
             " or " + std::to_string(a.integer) + " instead of " +
             std::to_string(b.real) + " or " + std::to_string(b.integer);
    }
  }
  return "";
}

void ScheduleTest::checkOn(const CpuTarget &target, ModuleOp module,
                           const Options &options, const Values &arguments,
                           const Values &expected) {
  OwningOpRef<ModuleOp> variants = makeVariants(module, target, options);
  llvm::Expected<ProgramRunner> runner =
      ProgramRunner::compile(*variants, target);
  ASSERT_TRUE(bool(runner)) << llvm::toString(runner.takeError());
  for (auto function : variants->getOps<func::FuncOp>()) {
    std::string schedule;
    function.walk([&](loop::CallOp call) {
      auto program = variants->lookupSymbol<loop::ProgramOp>(call.getCallee());
      for (auto nest : program.getOps<loop::NestOp>()) {
        llvm::raw_string_ostream(schedule) << *nest.getSchedule() << "; ";
      }
    });
    for (unsigned threads : {0, 3}) {
      llvm::Expected<Values> results =
          runner->run(function, arguments, threads);
      ASSERT_TRUE(bool(results))
          << llvm::toString(results.takeError()) << "\nschedule " << schedule;
      ASSERT_EQ(results->size(), expected.size());
      for (auto [result, wanted] : llvm::zip(*results, expected)) {
        ASSERT_EQ(findDifference(result, wanted), "")
            << "on " << target.str() << " with " << threads
            << " threads by schedule " << schedule;
      }
    }
  }
}

void ScheduleTest::check(const NestText &nest, const Options &options) {
  std::string text = nest.str();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  Values arguments = drawArguments(main, options);
  Values expected = ProgramInterpreter().run(main, arguments);
  const CpuTarget target =
      random() % 3 == 0 ? CpuTarget::baseline() : CpuTarget::host();
  checkOn(target, *module, options, arguments, expected);
  if (HasFatalFailure()) {
    ADD_FAILURE() << text;
  }
}
