/*
 * Stop words. A list the recipe was measured with: any change shifts its
 * figures. In byte order.
 */
#include <stddef.h>

#include "story/stop.h"

/* clang-format off */
const char *const stop_words[] = {
    "a", "about", "after", "against", "al", "all", "als", "also", "amid",
    "an", "and", "are", "as", "at", "au", "auch", "auf", "aus", "aux",
    "avec", "be", "been", "before", "bei", "but", "by", "can", "ce",
    "como", "con", "could", "dans", "das", "de", "del", "dem", "den",
    "der", "des", "did", "die", "do", "does", "down", "du", "ein", "eine",
    "el", "en", "es", "est", "et", "for", "from", "had", "has", "have",
    "he", "her", "his", "how", "i", "if", "im", "in", "into", "is", "ist",
    "it", "its", "just", "la", "las", "le", "les", "lo", "los", "may",
    "mit", "more", "my", "nach", "new", "nicht", "no", "not", "of", "on",
    "one", "or", "our", "out", "over", "par", "para", "pas", "plus", "por",
    "pour", "que", "qui", "sa", "said", "say", "says", "se", "she", "sich",
    "sind", "so", "son", "su", "sur", "than", "that", "the", "their",
    "them", "these", "they", "this", "those", "to", "two", "um", "un",
    "una", "und", "une", "up", "us", "von", "was", "we", "were", "what",
    "when", "where", "who", "why", "wie", "will", "with", "would", "y",
    "you", "your", "zu", "а", "або", "без", "более", "бы", "был", "была",
    "были", "было", "быть", "в", "во", "все", "всех", "вы", "від", "года",
    "году", "для", "до", "его", "ее", "еще", "же", "з", "за", "заявил",
    "и", "из", "или", "их", "к", "как", "ко", "которая", "которые", "мы",
    "на", "над", "не", "но", "о", "об", "он", "она", "они", "от", "по",
    "под", "после", "при", "про", "с", "со", "та", "так", "также", "то",
    "у", "уже", "це", "чем", "что", "що", "это", "этом", "я", "як", "і",
    NULL,
};
