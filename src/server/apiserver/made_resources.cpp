#include "server/apiserver/made_resources.h"

#include "server/apiserver/engine.h"
#include "server/apiserver/registry/filter.h"

namespace skiff::apiserver {

Result<Answer> get_made(Core& core, RequestContext& context) {
    const Attributes& a = context.attributes;
    Answer answer;
    answer.object = TRY(core.made.at(context.kind->gvr()).get(a.ns, a.name));
    answer.kind = context.kind;
    if (!answer.object) return not_found(*context.kind, a.name);
    return answer;
}

Result<ListAnswer> list_made(Core& core, const RequestContext& context, const std::string& label_selector, const std::string& field_selector) {
    const std::string& ns = context.attributes.ns;
    Filter filter = TRY(Filter::make(*context.kind, ns, "", label_selector, field_selector));
    ListAnswer answer;
    for (api::ObjectPtr& object : TRY(core.made.at(context.kind->gvr()).list(ns, label_selector))) {
        auto item = std::make_shared<Item>(Item{object->meta().key(), object, 0, {}});
        if (filter.matches(*item)) answer.items.push_back(std::move(item));
    }
    answer.revision = core.cache.applied();
    return answer;
}

}  // namespace skiff::apiserver
