#include "server/apiserver/registry/filter.h"

#include <algorithm>

#include "api/custom_resource.h"
#include "api/selector.h"
#include "server/apiserver/registry/conversion.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kName = "metadata.name";
constexpr std::string_view kNamespace = "metadata.namespace";

Status not_supported(const api::KindInfo& kind, const std::string& field) {
    // Kinds without fields of their own say it at more length; two have words of their own.
    if (kind.selectable_fields.empty() && !kind.custom) return error(Reason::BadRequest, "\"{}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", field);
    if (kind.gvk.group == "batch") return error(Reason::BadRequest, "field label \"{}\" not supported for {}", field, kind.gvk.kind);
    if (kind.gvk.group == "resource.k8s.io")
        return error(Reason::BadRequest, "field label not supported for {}, Kind={}: {}", kind.gvk.api_version(), kind.gvk.kind, field);
    return error(Reason::BadRequest, "field label not supported: {}", field);
}

// What every object that the selector matches has.
uint64_t bits_of(const api::LabelSelector& selector) {
    using Operator = api::LabelRequirement::Operator;
    uint64_t bits = 0;
    for (const api::LabelRequirement& r : selector.requirements()) {
        if (r.op == Operator::NotIn || r.op == Operator::NotEquals || r.op == Operator::DoesNotExist) continue;
        bits |= label_bit(r.key);
        const bool equals = r.op == Operator::Equals || r.op == Operator::DoubleEquals || r.op == Operator::In;
        if (equals && r.values.size() == 1) bits |= label_bit(r.key, r.values.front());
    }
    return bits;
}

}  // namespace

struct Filter::Selectors {
    struct Term {
        enum class What { Name, Namespace, Field } what;
        size_t index = 0;           // of Field, among the stored kind's selectable fields
        std::string value;
        bool equal = true;
    };
    api::LabelSelector labels;
    std::vector<Term> fields;
    uint64_t label_bits = 0;        // that an object must have
    std::string node_name;
    bool has_node_name = false;
};

Filter::Filter() = default;
Filter::~Filter() = default;
Filter::Filter(const Filter&) = default;
Filter& Filter::operator=(const Filter&) = default;

Result<Filter> Filter::make(const api::KindInfo& kind, std::string ns, std::string name, const std::string& label_selector, const std::string& field_selector) {
    Filter filter;
    filter.ns_ = std::move(ns);
    filter.name_ = std::move(name);
    if (label_selector.empty() && field_selector.empty()) return filter;
    auto selectors = std::make_shared<Selectors>();
    selectors->labels = TRY(api::LabelSelector::parse(label_selector));
    selectors->label_bits = bits_of(selectors->labels);
    api::FieldSelector fields = TRY(api::FieldSelector::parse(field_selector));
    for (const api::FieldSelector::Term& term : fields.terms()) {
        Selectors::Term t;
        t.value = term.value;
        t.equal = term.equal;
        if (term.field == kName) {
            t.what = Selectors::Term::What::Name;
            if (term.equal && !term.value.empty() && filter.name_.empty()) filter.name_ = term.value;
        } else if (term.field == kNamespace && !(kind.scope == api::Scope::Cluster && !kind.selectable_fields.empty() && !kind.custom)) {
            t.what = Selectors::Term::What::Namespace;
        } else {
            auto found = std::find_if(kind.selectable_fields.begin(), kind.selectable_fields.end(), [&](const std::string& f) { return selectable_name(f) == term.field; });
            if (found == kind.selectable_fields.end() || term.field.empty()) return not_supported(kind, term.field);
            t.what = Selectors::Term::What::Field;
            t.index = static_cast<size_t>(found - kind.selectable_fields.begin());
            if (kind.custom) {
                const std::vector<std::string>& indexed = kind.custom->definition->indexed_fields;
                t.index = static_cast<size_t>(std::find(indexed.begin(), indexed.end(), term.field) - indexed.begin());
            }
            if (term.field == "spec.nodeName" && term.equal && !term.value.empty()) {
                selectors->node_name = term.value;
                selectors->has_node_name = true;
            }
        }
        selectors->fields.push_back(std::move(t));
    }
    filter.selectors_ = std::move(selectors);
    return filter;
}

bool Filter::matches(const Item& item) const {
    if (selectors_ && (item.label_bits & selectors_->label_bits) != selectors_->label_bits) return false;
    const api::Meta& meta = item.object->meta();
    if (!ns_.empty() && meta.ns != ns_) return false;
    if (!name_.empty() && meta.name != name_) return false;
    if (!selectors_) return true;
    for (const Selectors::Term& term : selectors_->fields) {
        using What = Selectors::Term::What;
        std::string_view text = term.what == What::Name ? std::string_view(meta.name) : term.what == What::Namespace ? std::string_view(meta.ns) : item.field(term.index);
        if ((text == term.value) != term.equal) return false;
    }
    return selectors_->labels.empty() || selectors_->labels.matches(meta.labels);
}

bool Filter::reads_content() const {
    if (!selectors_) return false;
    return !selectors_->labels.empty() ||
           std::any_of(selectors_->fields.begin(), selectors_->fields.end(), [](const Selectors::Term& t) { return t.what == Selectors::Term::What::Field; });
}

Filter Filter::without_selectors() const {
    Filter out = *this;
    out.selectors_.reset();
    return out;
}

std::string Filter::single_key(const api::KindInfo& kind) const {
    if (name_.empty() || (kind.scope == api::Scope::Namespaced && ns_.empty())) return {};
    return kind.scope == api::Scope::Namespaced ? ns_ + "/" + name_ : name_;
}

const std::string* Filter::node_name() const { return selectors_ && selectors_->has_node_name ? &selectors_->node_name : nullptr; }

}  // namespace skiff::apiserver
