// validatingadmissionpolicy-status: compiles the expressions of each ValidatingAdmissionPolicy against the types that it matches and writes what
// does not fit into status.typeChecking. Warnings only: a policy works without.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/kind.h"
#include "cel/admission_scope.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

// A kind that a policy matches, with its declaration.
struct CheckedKind {
    api::Gvk gvk;
    cel::DeclPtr decl;
};
// status.typeChecking.expressionWarnings of the policy. params: null when there are none or their type is not known. Pure.
json::Value policy_warnings(const json::Value& policy, const std::vector<CheckedKind>& kinds, const cel::DeclPtr& params);

std::unique_ptr<reconcile::Controller> make_policy_type_check_controller(std::shared_ptr<const api::KindRegistry> kinds);

}  // namespace skiff::controllers
