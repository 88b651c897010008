using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>Says which server it seems to be, and which --compat suits it.</summary>
static class CheckServer
{
    const string Subject = "server";

    static string Option => OptionTable.Compat.LongName;

    /// <param name="given">What the settings say.</param>
    public static void Say(Compat given, ServerGuess guess, CheckList list)
    {
        var why = Shown.Text(guess.Why);
        if (guess.Compat == given && given != Compat.Auto)
        {
            list.Ok(Subject, $"{why}, as {Option} says");
        }
        else if (guess.Compat == Compat.Auto)
        {
            list.Ok(Subject, given == Compat.Auto ? $"{why}; {Option} generic is the most careful" : $"{why}; {Option} {Name(given)} is taken at its word");
        }
        else if (given is Compat.Auto or Compat.Generic)
        {
            list.Ok(Subject, $"{why}; {Option} {Name(guess.Compat)} suits it");
        }
        else
        {
            list.Warning(Subject, $"{why}, but {Option} says {Name(given)}", $"give {Option} {Name(guess.Compat)}, or leave it out");
        }
    }

    static string Name(Compat compat) => OptionTable.Compat.Choices[(int)compat];
}
