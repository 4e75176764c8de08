// The schema language of custom resources (JSONSchemaProps).
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kJSONSchemaProps[] = {
    {.name = "id", .type = "string", .proto = 1},
    {.name = "$schema", .type = "string", .proto = 2, .go = "v1.JSONSchemaURL"},
    {.name = "$ref", .type = "string", .proto = 3, .go = "*"},
    {.name = "description", .type = "string", .proto = 4},
    {.name = "type", .type = "string", .proto = 5},
    {.name = "format", .type = "string", .proto = 6},
    {.name = "title", .type = "string", .proto = 7},
    {.name = "default", .type = "any", .proto = 8},
    {.name = "maximum", .type = "double", .proto = 9, .go = "*"},
    {.name = "exclusiveMaximum", .type = "bool", .proto = 10},
    {.name = "minimum", .type = "double", .proto = 11, .go = "*"},
    {.name = "exclusiveMinimum", .type = "bool", .proto = 12},
    {.name = "maxLength", .type = "int64", .proto = 13, .go = "*"},
    {.name = "minLength", .type = "int64", .proto = 14, .go = "*"},
    {.name = "pattern", .type = "string", .proto = 15},
    {.name = "maxItems", .type = "int64", .proto = 16, .go = "*"},
    {.name = "minItems", .type = "int64", .proto = 17, .go = "*"},
    {.name = "uniqueItems", .type = "bool", .proto = 18},
    {.name = "multipleOf", .type = "double", .proto = 19, .go = "*"},
    {.name = "enum", .type = "list<any>", .proto = 20, .list_type = "atomic", .go = "[]v1.JSON|"},
    {.name = "maxProperties", .type = "int64", .proto = 21, .go = "*"},
    {.name = "minProperties", .type = "int64", .proto = 22, .go = "*"},
    {.name = "required", .type = "list<string>", .proto = 23, .list_type = "atomic"},
    {.name = "items", .type = "any", .proto = 24, .go = "*v1.JSONSchemaPropsOrArray"},
    {.name = "allOf", .type = "list<apiextensions.v1.JSONSchemaProps>", .proto = 25, .list_type = "atomic"},
    {.name = "oneOf", .type = "list<apiextensions.v1.JSONSchemaProps>", .proto = 26, .list_type = "atomic"},
    {.name = "anyOf", .type = "list<apiextensions.v1.JSONSchemaProps>", .proto = 27, .list_type = "atomic"},
    {.name = "not", .type = "apiextensions.v1.JSONSchemaProps", .proto = 28},
    {.name = "properties", .type = "map<string,apiextensions.v1.JSONSchemaProps>", .proto = 29},
    {.name = "additionalProperties", .type = "any", .proto = 30, .go = "*v1.JSONSchemaPropsOrBool"},
    {.name = "patternProperties", .type = "map<string,apiextensions.v1.JSONSchemaProps>", .proto = 31},
    {.name = "dependencies", .type = "map<string,any>", .proto = 32, .go = "v1.JSONSchemaDependencies|"},
    {.name = "additionalItems", .type = "any", .proto = 33, .go = "*v1.JSONSchemaPropsOrBool"},
    {.name = "definitions", .type = "map<string,apiextensions.v1.JSONSchemaProps>", .proto = 34, .go = "v1.JSONSchemaDefinitions|"},
    {.name = "externalDocs", .type = "apiextensions.v1.ExternalDocumentation", .proto = 35},
    {.name = "example", .type = "any", .proto = 36},
    {.name = "nullable", .type = "bool", .proto = 37},
    {.name = "x-kubernetes-preserve-unknown-fields", .type = "bool", .proto = 38, .go = "*"},
    {.name = "x-kubernetes-embedded-resource", .type = "bool", .proto = 39},
    {.name = "x-kubernetes-int-or-string", .type = "bool", .proto = 40},
    {.name = "x-kubernetes-list-map-keys", .type = "list<string>", .proto = 41, .list_type = "atomic"},
    {.name = "x-kubernetes-list-type", .type = "string", .proto = 42, .go = "*"},
    {.name = "x-kubernetes-map-type", .type = "string", .proto = 43, .go = "*"},
    {.name = "x-kubernetes-validations", .type = "list<apiextensions.v1.ValidationRule>", .proto = 44, .list_type = "map",
     .list_map_keys = "rule", .patch_strategy = "merge", .patch_merge_key = "rule", .go = "v1.ValidationRules|"},
};

constexpr FieldRow kExternalDocumentation[] = {
    {.name = "description", .type = "string", .proto = 1},
    {.name = "url", .type = "string", .proto = 2},
};

constexpr FieldRow kValidationRule[] = {
    {.name = "rule", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "message", .type = "string", .proto = 2},
    {.name = "messageExpression", .type = "string", .proto = 3},
    {.name = "reason", .type = "string", .proto = 4,
     .enum_values = "FieldValueDuplicate,FieldValueForbidden,FieldValueInvalid,FieldValueRequired", .go = "*v1.FieldValueErrorReason"},
    {.name = "fieldPath", .type = "string", .proto = 5},
    {.name = "optionalOldSelf", .type = "bool", .proto = 6, .go = "*"},
};

constexpr TypeRow kTypes[] = {
    {.name = "apiextensions.v1.JSONSchemaProps", .fields = kJSONSchemaProps},
    {.name = "apiextensions.v1.ExternalDocumentation", .fields = kExternalDocumentation},
    {.name = "apiextensions.v1.ValidationRule", .fields = kValidationRule},
};

}  // namespace

std::span<const TypeRow> apiextensions_v1_json_schema_types() { return kTypes; }

}  // namespace skiff::api::kinds
