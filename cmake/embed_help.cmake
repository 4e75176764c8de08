# Turns src/cli/cmd_*.md into one source file. Run at build time: cmake -DOUT=... -DDIR=... -P embed_help.cmake
file(GLOB texts ${DIR}/cmd_*.md)
set(rows "")
foreach(text ${texts})
  get_filename_component(verb ${text} NAME_WE)
  string(REGEX REPLACE "^cmd_" "" verb ${verb})
  string(REPLACE "_" "-" verb ${verb})
  file(READ ${text} content)
  string(APPEND rows "    {\"${verb}\", R\"help(${content})help\"},\n")
endforeach()
file(WRITE ${OUT} "// Made from src/cli/cmd_*.md.
#include \"cli/command.h\"

namespace skiff::cli {

std::string_view help_text(std::string_view verb) {
    struct Row {
        std::string_view verb, text;
    };
    static constexpr Row kRows[] = {
${rows}    };
    for (const auto& row : kRows)
        if (row.verb == verb) return row.text;
    return {};
}

}  // namespace skiff::cli
")
