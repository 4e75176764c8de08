#include "cli/kubectl/go_template.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::cli::kubectl;

namespace {

std::string run(const char* text, const char* document = R"({"items":[{"name":"a","n":1,"labels":{"x":"y"}},{"name":"b","n":2}],"empty":[]})") {
    auto made = GoTemplate::parse(text);
    if (!made.ok()) return "parse: " + made.status().message();
    auto printed = made->print(*json::parse(document));
    return printed.ok() ? *printed : "error: " + printed.status().message();
}

}  // namespace

TEST_CASE("range, fields and text print as kubectl prints them") {
    CHECK(run("{{range.items}}{{.name}}{{\"\\n\"}}{{end}}") == "a\nb\n");
    CHECK(run("{{range $i, $e := .items}}{{$i}}={{$e.name}} {{end}}") == "0=a 1=b ");
    CHECK(run("{{range .empty}}x{{else}}none{{end}}") == "none");
    CHECK(run("{{.items}}") == "[map[labels:map[x:y] n:1 name:a] map[n:2 name:b]]");
    CHECK(run("{{.nothing}}") == "<no value>");
}

TEST_CASE("conditions, pipelines, variables and functions work") {
    CHECK(run("{{range .items}}{{if eq .name \"a\"}}A{{else if gt .n 1}}big{{else}}?{{end}}{{end}}") == "Abig");
    CHECK(run("{{(index .items 1).name}} {{len .items}} {{index .items 0 \"labels\" \"x\"}}") == "b 2 y");
    CHECK(run("{{with .empty}}x{{else}}y{{end}} {{\"aGk=\" | base64decode}} {{printf \"%-4s|%d\" \"ab\" 7}}") == "y hi ab  |7");
    CHECK(run("{{$x := \"v\"}}{{range .items}}{{$x}}{{end}}") == "vv");
    CHECK(run("a {{- /* nothing */ -}} b {{ and 1 0 }} {{ not .empty }}") == "ab 0 true");
}

TEST_CASE("a broken template is an error, not a crash") {
    CHECK(run("{{range .items}}").starts_with("parse: "));
    CHECK(run("{{.a").starts_with("parse: "));
    CHECK(run("{{end}}").starts_with("parse: "));
    CHECK(run("{{.items.name}}").starts_with("error: "));
    CHECK(run("{{nofunction 1}}").starts_with("error: "));
}
