#include "api/selector.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::api;

namespace {
const Labels kWeb{{"app", "web"}, {"n", "5"}};
bool matches(std::string_view text, const Labels& labels) { return LabelSelector::parse(text).value().matches(labels); }
std::string wrong(std::string_view text) { return LabelSelector::parse(text).status().message(); }
}  // namespace

TEST_CASE("a label selector of a request matches as Kubernetes does") {
    CHECK(matches("", kWeb));
    CHECK(matches("app=web", kWeb));
    CHECK(matches(" app = web , n ", kWeb));
    CHECK(matches("app in (web,db)", kWeb));
    CHECK_FALSE(matches("app notin (web,db)", kWeb));
    CHECK(matches("tier notin (a)", kWeb));
    CHECK(matches("!tier", kWeb));
    CHECK(matches("n>4,n<6", kWeb));
    CHECK_FALSE(matches("app=", kWeb));
    CHECK_FALSE(matches("app in ()", kWeb));
    CHECK(matches("app!=db", kWeb));
}

TEST_CASE("a label selector that cannot be read is refused with Kubernetes' words") {
    CHECK(wrong("a b=c") == "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
    CHECK(wrong("app=>x") == "unable to parse requirement: found '>', expected: identifier");
    CHECK(wrong("app=a b") == "found 'b', expected: ',' or 'end of string'");
    CHECK(wrong("n>x") == "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer");
    CHECK(wrong("app in (a") == "unable to parse requirement: found '', expected: ',' or ')'");
    CHECK(wrong("app=-x").starts_with("unable to parse requirement: values[0][app]: Invalid value: \"-x\": a valid label must be"));
}

TEST_CASE("a selector is written sorted by key") {
    CHECK(LabelSelector::parse("b notin (y,x),a=1,!c").value().text() == "a=1,b notin (x,y),!c");
}

TEST_CASE("a LabelSelector object matches labels") {
    auto object = json::parse(R"({"matchLabels":{"app":"web"},"matchExpressions":[{"key":"n","operator":"In","values":["5","6"]}]})").value();
    CHECK(LabelSelector::from_object(object).value().matches(kWeb));
    CHECK(LabelSelector::from_object(json::Value::object()).value().matches(kWeb));
    CHECK_FALSE(LabelSelector::from_object(json::Value()).value().matches(kWeb));
    CHECK_FALSE(LabelSelector::from_map(json::Value::object()).matches(kWeb));
}

TEST_CASE("a field selector matches dotted paths and unescapes values") {
    auto pod = json::parse(R"({"metadata":{"name":"a,b"},"spec":{"hostNetwork":true}})").value();
    CHECK(FieldSelector::parse("metadata.name=a\\,b,spec.hostNetwork==true").value().matches(pod));
    CHECK(FieldSelector::parse("spec.nodeName=").value().matches(pod));
    CHECK_FALSE(FieldSelector::parse("metadata.name!=a\\,b").value().matches(pod));
    CHECK(FieldSelector::parse("nonsense").status().message() == "invalid selector: 'nonsense'; can't understand 'nonsense'");
    CHECK(*FieldSelector::parse("spec.nodeName=n1").value().required("spec.nodeName") == "n1");
}
