#include "cel/admission_scope.h"

#include <fmt/core.h>

#include "cel/authorizer.h"

namespace skiff::cel {
namespace {

using Form = Declaration::Form;

DeclPtr object_of(const char* name, std::initializer_list<std::pair<const char*, DeclPtr>> members) {
    std::vector<Declaration::Field> fields;
    for (const auto& [field, decl] : members) fields.push_back(Declaration::field(field, decl, true));
    return Declaration::object(name, std::move(fields));
}

DeclPtr text() { return Declaration::simple(Form::String); }
DeclPtr texts() { return Declaration::list(text()); }

DeclPtr request_declaration() {
    auto kind = object_of("kubernetes.GroupVersionKind", {{"group", text()}, {"version", text()}, {"kind", text()}});
    auto resource = object_of("kubernetes.GroupVersionResource", {{"group", text()}, {"version", text()}, {"resource", text()}});
    auto user = object_of("kubernetes.UserInfo", {{"username", text()}, {"uid", text()}, {"groups", texts()}, {"extra", Declaration::map(texts())}});
    return object_of("kubernetes.AdmissionRequest",
                     {{"kind", kind}, {"resource", resource}, {"subResource", text()}, {"requestKind", kind}, {"requestResource", resource}, {"requestSubResource", text()},
                      {"name", text()}, {"namespace", text()}, {"operation", text()}, {"userInfo", user}, {"dryRun", Declaration::simple(Form::Bool)}, {"options", Declaration::dyn()}});
}

DeclPtr namespace_declaration() {
    auto time = Declaration::simple(Form::DateTime);
    auto number = Declaration::simple(Form::Int);
    auto labels = Declaration::map(text());
    auto condition = object_of("kubernetes.NamespaceCondition", {{"status", text()}, {"type", text()}, {"lastTransitionTime", time}, {"message", text()}, {"reason", text()}});
    auto metadata = object_of("kubernetes.NamespaceMetadata",
                              {{"name", text()}, {"generateName", text()}, {"namespace", text()}, {"labels", labels}, {"annotations", labels}, {"UID", text()}, {"creationTimestamp", time},
                               {"deletionGracePeriodSeconds", number}, {"deletionTimestamp", time}, {"generation", number}, {"resourceVersion", text()}, {"finalizers", texts()}});
    return object_of("kubernetes.Namespace", {{"metadata", metadata},
                                              {"spec", object_of("kubernetes.NamespaceSpec", {{"finalizers", texts()}})},
                                              {"status", object_of("kubernetes.NamespaceStatus", {{"conditions", Declaration::list(condition)}, {"phase", text()}})}});
}

// Types that a variable keeps; the rest becomes dyn.
TypePtr variable_type(const TypePtr& type) {
    using Kind = Type::Kind;
    switch (type->kind) {
        case Kind::List: return Type::list(variable_type(type->params[0]));
        case Kind::Map: return Type::map(variable_type(type->params[0]), variable_type(type->params[1]));
        case Kind::Struct:
        case Kind::Opaque:
        case Kind::Type: return Type::of(Kind::Dyn);
        default: return type;
    }
}

bool fits(const Type& type, Gives gives) {
    using Kind = Type::Kind;
    switch (gives) {
        case Gives::Bool: return type.kind == Kind::Bool;
        case Gives::String: return type.kind == Kind::String;
        case Gives::StringOrNull: return type.kind == Kind::String || type.kind == Kind::Null;
        case Gives::Object: return type.kind == Kind::Struct && type.name == "Object";
        case Gives::Patches: return type.kind == Kind::List && type.params[0]->kind == Kind::Struct && type.params[0]->name == "JSONPatch";
        case Gives::Anything: break;
    }
    return true;
}

constexpr std::string_view kNames[] = {"bool", "string", "", "", "Object", "list(JSONPatch)"};   // of Gives

std::string printed_type(const Type& type) {
    switch (type.kind) {
        case Type::Kind::Null: return "null_type";
        case Type::Kind::Timestamp: return "google.protobuf.Timestamp";
        case Type::Kind::Duration: return "google.protobuf.Duration";
        default: return type.text();
    }
}

}  // namespace

Environment AdmissionScope::environment(Sees sees) const {
    static const DeclPtr request = request_declaration();
    static const DeclPtr ns = namespace_declaration();
    Environment out;
    out.variable("object", object_ ? object_ : Declaration::dyn()).variable("oldObject", object_ ? object_ : Declaration::dyn());
    out.variable("namespaceObject", ns->type).variable("request", request->type);
    if (has(sees, Sees::Params)) out.variable("params", params_ ? params_ : Declaration::dyn());
    if (has(sees, Sees::Authorizer)) {
        out.variable("authorizer", Type::structure(kAuthorizerType));
        out.variable("authorizer.requestResource", Type::structure(kResourceCheckType));
    }
    return out;
}

Expression AdmissionScope::compile(std::string_view text, Gives gives, Sees sees) const {
    Environment environment = this->environment(sees);
    if (gives == Gives::Object || gives == Gives::Patches) environment.allow_mutations();
    if (composed_) environment.variable("variables", Declaration::object("kubernetes.variables", variables_));
    Expression out;
    out.text = text;
    auto program = cel::compile(text, environment);
    if (!program.ok()) {
        out.mistake_is_internal = program.status().reason() == Reason::BadRequest;
        out.mistake = (out.mistake_is_internal ? "" : "compilation failed: ") + program.status().message();
        return out;
    }
    const Type& type = *program->result_type();
    if (!fits(type, gives)) {
        if (gives == Gives::StringOrNull) out.mistake = fmt::format("must evaluate to one of [string null_type] but got {}", printed_type(type));
        else out.mistake = fmt::format("must evaluate to {} but got {}", kNames[static_cast<int>(gives)], printed_type(type));
        return out;
    }
    out.program = std::move(*program);
    return out;
}

Expression AdmissionScope::add_variable(const std::string& name, std::string_view text, Sees sees) {
    composed_ = true;
    Expression out = compile(text, Gives::Anything, sees);
    auto decl = std::make_shared<Declaration>(*Declaration::dyn());
    if (out.ok()) decl->type = variable_type(out.program->result_type());
    variables_.push_back({name, name, std::move(decl), true});
    return out;
}

}  // namespace skiff::cel
