#include "server/apiserver/device_selectors.h"

#include "cel/device.h"

namespace skiff::apiserver {

using api::FieldErrors;
using api::FieldPath;

namespace {

constexpr size_t kExpressionMax = 10 << 10;            // longer ones are refused already

void check_selectors(const json::Value& selectors, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < selectors.size(); ++i) {
        const json::Value& expression = selectors[i]["cel"]["expression"];
        const FieldPath at = path.index(i).child("cel").child("expression");
        if (!selectors[i]["cel"].is_object() || expression.as_string().size() > kExpressionMax) continue;
        auto program = cel::compile_device_selector(expression.as_string());
        if (!program.ok()) errors.invalid(at, expression, program.status().message());
        else if (program->estimated_cost().max > cel::kDeviceSelectorCostMax) errors.forbidden(at, "too complex, exceeds cost limit");
    }
}

void check_requests(const json::Value& requests, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < requests.size(); ++i) {
        check_selectors(requests[i]["exactly"]["selectors"], path.index(i).child("exactly").child("selectors"), errors);
        const json::Value& several = requests[i]["firstAvailable"];
        for (size_t j = 0; j < several.size(); ++j)
            check_selectors(several[j]["selectors"], path.index(i).child("firstAvailable").index(j).child("selectors"), errors);
    }
}

}  // namespace

void check_device_selectors(const api::KindInfo& kind, const json::Value& object, const json::Value* old, FieldErrors& errors) {
    if (kind.gvk.group != "resource.k8s.io" || (old && (*old)["spec"] == object["spec"])) return;
    const FieldPath spec("spec");
    if (kind.plural == "deviceclasses") check_selectors(object["spec"]["selectors"], spec.child("selectors"), errors);
    else if (kind.plural == "resourceclaims") check_requests(object["spec"]["devices"]["requests"], spec.child("devices").child("requests"), errors);
    else if (kind.plural == "resourceclaimtemplates")
        check_requests(object["spec"]["spec"]["devices"]["requests"], spec.child("spec").child("devices").child("requests"), errors);
}

}  // namespace skiff::apiserver
