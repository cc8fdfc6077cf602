# Draws the marks of a corpus document with Prawn: ruby prawn_press.rb marks.tsv out.pdf font.ttf gaiji.ttf
require "prawn"
marks, out, ja, gaiji = ARGV
document = Prawn::Document.new(skip_page_creation: true, margin: 0)
document.font_families.update("ja" => { normal: ja }, "gaiji" => { normal: gaiji })
File.foreach(marks, encoding: "utf-8") do |line|
  kind, *f = line.chomp.split("\t", 6)
  case kind
  when "page" then document.start_new_page(size: [f[0].to_f, f[1].to_f], margin: 0)
  when "line" then document.stroke_line([f[0].to_f, f[1].to_f], [f[2].to_f, f[3].to_f])
  when "seal" then document.image(f[0], at: [f[1].to_f, f[2].to_f + f[3].to_f], width: f[3].to_f)
  else
    document.font(f[3], size: f[2].to_f) { document.draw_text(f[4], at: [f[0].to_f, f[1].to_f]) }
  end
end
document.render_file(out)
