import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.InetAddressPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.RegexpQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.automaton.RegExp;

/**
 * Runs query strings on documents with Apache Lucene: its own QueryParser, its own MemoryIndex. What Elasticsearch and
 * OpenSearch put around it is put around it here: the types of a mapping (keyword, long, double, ip, date in
 * milliseconds), _exists_, and at most 1,000 characters a regular expression.
 *
 * It reads lines of words with a tab between; texts are in base64. Answers are a line each.
 *   mapping keyword|lowercase       the analysis of texts; forgets the documents and the types
 *   type FIELD long|double|ip|date|boolean
 *   doc                             begins a document
 *   val FIELD VALUE                 adds a value to it
 *   query TEXT                      answers "rows 0 4 7", or "error MESSAGE"
 */
public final class Engine {
  private static final int MAX_REGEX = 1000;
  private final Map<String, String> types = new HashMap<>();
  private final List<Map<String, List<String>>> docs = new ArrayList<>();
  private final List<IndexSearcher> built = new ArrayList<>();
  private Analyzer analyzer = new KeywordAnalyzer();

  public static void main(String[] args) throws Exception {
    Engine e = new Engine();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String line; (line = in.readLine()) != null; ) {
      String[] w = line.split("\t", -1);
      switch (w[0]) {
        case "mapping": e.reset(w[1]); break;
        case "type": e.types.put(text(w[1]), w[2]); break;
        case "doc": e.docs.add(new HashMap<>()); break;
        case "val": e.docs.get(e.docs.size() - 1).computeIfAbsent(text(w[1]), k -> new ArrayList<>()).add(text(w[2])); break;
        case "query":
          out.println(e.answer(text(w[1])));
          out.flush();
          break;
        default: throw new IllegalArgumentException(line);
      }
    }
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private void reset(String analysis) {
    docs.clear();
    built.clear();
    types.clear();
    analyzer = analysis.equals("lowercase") ? new Lower() : new KeywordAnalyzer();
  }

  /** A keyword with the normalizer "lowercase". */
  private static final class Lower extends Analyzer {
    @Override protected TokenStreamComponents createComponents(String field) {
      Tokenizer t = new KeywordTokenizer();
      return new TokenStreamComponents(t, new LowerCaseFilter(t));
    }
    @Override protected org.apache.lucene.analysis.TokenStream normalize(String field, org.apache.lucene.analysis.TokenStream in) {
      return new LowerCaseFilter(in);
    }
  }

  private String answer(String query) {
    StringBuilder rows = new StringBuilder("rows");
    try {
      Query q = new Parser().parse(query);
      for (int i = 0; i < docs.size(); i++) {
        if (i == built.size()) {
          built.add(index(docs.get(i)).createSearcher());
        }
        if (built.get(i).count(q) > 0) {
          rows.append(' ').append(i);
        }
      }
    } catch (Exception | StackOverflowError | AssertionError e) {
      return "error " + String.valueOf(e).replaceAll("\\s+", " ");
    }
    return rows.toString();
  }

  private MemoryIndex index(Map<String, List<String>> doc) throws Exception {
    MemoryIndex m = new MemoryIndex();
    m.addField(new StringField("_all_documents", "1", Field.Store.NO), analyzer);
    for (Map.Entry<String, List<String>> f : doc.entrySet()) {
      m.addField(new StringField("_field_names", f.getKey(), Field.Store.NO), analyzer);
      for (String v : f.getValue()) {
        switch (types.getOrDefault(f.getKey(), "keyword")) {
          case "long": m.addField(new LongPoint(f.getKey(), Long.parseLong(v)), analyzer); break;
          case "double": m.addField(new DoublePoint(f.getKey(), Double.parseDouble(v)), analyzer); break;
          case "ip": m.addField(new InetAddressPoint(f.getKey(), InetAddress.getByName(v)), analyzer); break;
          case "date": m.addField(new LongPoint(f.getKey(), millis(v)), analyzer); break;
          default: m.addField(f.getKey(), v, analyzer);
        }
      }
    }
    return m;
  }

  private static long millis(String v) {
    return Instant.parse(v).toEpochMilli();
  }

  /** The query parser as Elasticsearch sets it up, with the types of the mapping. */
  private final class Parser extends QueryParser {
    Parser() {
      super("_none", Engine.this.analyzer);
      setAllowLeadingWildcard(true);
    }

    private String type(String field) {
      return types.getOrDefault(field, "keyword");
    }

    @Override protected Query getFieldQuery(String field, String v, boolean quoted) throws ParseException {
      if (field.equals("_exists_")) {
        return new TermQuery(new Term("_field_names", v));
      }
      return typed(field, v, () -> super.getFieldQuery(field, v, quoted));
    }

    @Override protected Query getFieldQuery(String field, String v, int slop) throws ParseException {
      return getFieldQuery(field, v, true);
    }

    private Query typed(String field, String v, Fallback other) throws ParseException {
      try {
        switch (type(field)) {
          case "long": return LongPoint.newExactQuery(field, Long.parseLong(v));
          case "double": return DoublePoint.newExactQuery(field, Double.parseDouble(v));
          case "date": return LongPoint.newExactQuery(field, millis(v));
          case "ip":
            String[] net = v.split("/");
            InetAddress a = InetAddress.getByName(net[0]);
            return net.length == 1 ? InetAddressPoint.newExactQuery(field, a)
                : InetAddressPoint.newPrefixQuery(field, a, Integer.parseInt(net[1]));
        }
      } catch (Exception e) {
        throw new ParseException("can't parse [" + v + "] for " + field + ": " + e.getMessage());
      }
      return other.query();
    }

    @Override protected Query getRangeQuery(String field, String lo, String hi, boolean incLo, boolean incHi) throws ParseException {
      switch (type(field)) {
        case "long":
        case "date": {
          boolean date = type(field).equals("date");
          long a = lo == null ? Long.MIN_VALUE : date ? millis(lo) : Long.parseLong(lo);
          long b = hi == null ? Long.MAX_VALUE : date ? millis(hi) : Long.parseLong(hi);
          if (lo != null && !incLo) {
            if (a == Long.MAX_VALUE) return new MatchNoDocsQuery();
            a++;
          }
          if (hi != null && !incHi) {
            if (b == Long.MIN_VALUE) return new MatchNoDocsQuery();
            b--;
          }
          return LongPoint.newRangeQuery(field, a, b);
        }
        case "double": {
          double a = lo == null ? Double.NEGATIVE_INFINITY : Double.parseDouble(lo);
          double b = hi == null ? Double.POSITIVE_INFINITY : Double.parseDouble(hi);
          return DoublePoint.newRangeQuery(field, lo == null || incLo ? a : DoublePoint.nextUp(a),
              hi == null || incHi ? b : DoublePoint.nextDown(b));
        }
        case "ip": throw new ParseException("a range of addresses is not asked for");
      }
      return super.getRangeQuery(field, lo, hi, incLo, incHi);
    }

    @Override protected Query getRegexpQuery(String field, String re) throws ParseException {
      if (re.length() > MAX_REGEX) {
        throw new ParseException("the regular expression has more than " + MAX_REGEX + " characters");
      }
      // As Elasticsearch: all optional syntax; the text is normalised as the field's values are.
      String norm = analyzer instanceof Lower ? analyzer.normalize(field, re).utf8ToString() : re;
      return new RegexpQuery(new Term(field, norm), RegExp.ALL);
    }

    @Override protected Query getBooleanQuery(List<BooleanClause> clauses) throws ParseException {
      Query q = super.getBooleanQuery(clauses);
      if (q instanceof BooleanQuery) {
        TreeSet<String> kinds = new TreeSet<>();
        for (BooleanClause c : ((BooleanQuery) q).clauses()) kinds.add(c.getOccur().name());
        if (kinds.size() == 1 && kinds.contains("MUST_NOT")) throw new ParseException("nothing but MUST_NOT");
      }
      return q;
    }
  }

  private interface Fallback { Query query() throws ParseException; }
}
