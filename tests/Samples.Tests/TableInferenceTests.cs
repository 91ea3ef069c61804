using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples.Tests;

public sealed class TableInferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("yes;no;yes;no", LabelTask.Binary)]
    [InlineData("1;0;1;1", LabelTask.Binary)]
    [InlineData("True;False;?;True", LabelTask.Binary)]
    [InlineData("red;green;blue;red", LabelTask.Multiclass)]
    [InlineData("1;2;3;3", LabelTask.Multiclass)]
    [InlineData("1;2.5;3;4", LabelTask.Regression)]
    public void The_labels_values_choose_the_task(string labels, LabelTask expected)
    {
        string rows = string.Join('\n', labels.Split(';').Select((label, i) => $"{i * i},{label}"));
        Assert.Equal(expected, TableInference.Infer(_folder.Write("t.csv", "x,y\n" + rows), "y").Task);
    }

    [Fact]
    public void Many_whole_numbers_are_a_quantity()
    {
        string rows = string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{i * i},{i % 21}"));
        Assert.Equal(LabelTask.Regression, TableInference.Infer(_folder.Write("t.csv", "x,y\n" + rows), "y").Task);
    }

    [Theory]
    [InlineData("1;0;1;1", "1")]
    [InlineData("10;9;10;9", "10")]
    [InlineData("no;yes;no;no", "yes")]
    [InlineData("TRUE;FALSE;TRUE;TRUE", "TRUE")]
    public void The_positive_class_is_the_last_by_size_or_alphabet(string labels, string positive)
    {
        string rows = string.Join('\n', labels.Split(';').Select((label, i) => $"{i * i},{label}"));
        Assert.Equal(positive, TableInference.Infer(_folder.Write("t.csv", "x,y\n" + rows), "y").Classes[1]);
    }

    [Fact]
    public void Columns_get_their_use_from_what_they_hold()
    {
        string rows = string.Join('\n', Enumerable.Range(0, 300).Select(i => $"{i};{i * 0.5};{(i % 3 == 0 ? "a" : "b")};name{i};same;;{i % 2}"));
        var table = TableInference.Infer(_folder.Write("t.csv", "id;size;kind;name;constant;empty;y\n" + rows), "y");
        Assert.Equal(';', table.Separator);
        Assert.Equal(300, table.RowCount);
        Assert.Equal(
            [ColumnUse.LeftOut, ColumnUse.Number, ColumnUse.Category, ColumnUse.LeftOut, ColumnUse.LeftOut, ColumnUse.LeftOut, ColumnUse.Label],
            table.Columns.Select(c => c.Use));
    }

    [Fact]
    public void Quoted_fields_may_hold_separators_quotes_and_line_breaks()
    {
        var table = TableInference.Infer(_folder.Write("t.csv", "x,word,y\n1,\"a, \"\"b\"\"\nc\",u\n3,d,v\n2,d,u\n"), "y");
        Assert.Equal(3, table.RowCount);
        Assert.Equal(ColumnUse.Category, table.Columns[1].Use);
    }

    [Fact]
    public void An_unknown_column_lists_the_columns_and_suggests_the_nearest()
    {
        string message = Error("age,income,city\n1,2,x\n", "incme");
        Assert.Contains("no column 'incme'", message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'income'?", message, StringComparison.Ordinal);
        Assert.Contains("age, income, city", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", Error("age,income\n1,2\n", "quite another"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("x,y\n", "no rows")]
    [InlineData("x,,y\n1,2,3\n", "without a name (number 2)")]
    [InlineData("x,x,y\n1,2,3\n", "names 'x' 2 times")]
    [InlineData("x,y\n1,2\n1,2,3\n", "line 3: 3 fields, but the header names 2 columns")]
    [InlineData("x,y\n1,same\n2,same\n", "one value only")]
    [InlineData("x,y\n7,a\n7,b\n", "no column that could predict 'y'")]
    [InlineData("x,y\n1,\"a\n2,b\n", "line 2")]
    public void A_table_that_cannot_be_used_says_why(string text, string expected) =>
        Assert.Contains(expected, Error(text, "y"), StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<SampleInputException>(() => TableInference.Infer("/not/here.csv", "y"));
        Assert.Contains("no file '/not/here.csv'", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Error(string text, string label) =>
        Assert.Throws<SampleInputException>(() => TableInference.Infer(_folder.Write("t.csv", text), label)).Message;
}
